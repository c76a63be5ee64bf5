//! A copy is lent to the load.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "<id>", ttl = 60, detached, skip(db))]
async fn user(db: &std::cell::Cell<u8>, id: u64) -> u64 {
    let _ = (id, db);
    id
}

fn main() {}
