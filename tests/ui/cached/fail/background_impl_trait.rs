//! Nothing says that it can go into a task.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "<id>", ttl = 60, background, skip(db))]
async fn user(db: impl Fn(&str) -> u64, id: u64) -> u64 {
    let _ = (id, db);
    id
}

fn main() {}
