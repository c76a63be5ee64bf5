//! A borrow inside can't be cloned away.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "<id>", ttl = 60, background, skip(db))]
async fn user(db: Option<&str>, id: u64) -> u64 {
    let _ = (id, db);
    id
}

fn main() {}
