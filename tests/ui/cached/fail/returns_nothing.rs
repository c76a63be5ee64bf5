//! Nothing to cache.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user(id: u64) {
    let _ = id;
}

fn main() {}
