//! A task can't change what its caller has.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "<id>", ttl = 60, background, skip(db))]
async fn user(db: &mut u8, id: u64) -> u64 {
    let _ = (id, db);
    id
}

fn main() {}
