//! `_` in place of `*`.

use cache_runtime::prelude::*;

#[cached(namespace = "feed", key = "user/<id>/<page>", ttl = 60)]
async fn feed(id: u64, page: u32) -> u64 {
    id + u64::from(page)
}

#[cache_invalidate(feed(id, _))]
async fn change(id: u64) -> u64 {
    id
}

fn main() {}
