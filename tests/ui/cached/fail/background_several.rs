//! Each mistake at its place.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "<id>", ttl = 60, background, skip(db, page))]
async fn user(db: &mut u8, page: std::borrow::Cow<'_, str>, id: u64) -> u64 {
    let _ = (id, db, page);
    id
}

fn main() {}
