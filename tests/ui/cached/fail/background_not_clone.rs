//! What is borrowed is cloned into the task.

use cache_runtime::prelude::*;

struct Db;

#[cached(namespace = "user", key = "<id>", ttl = 60, detached, skip(db))]
async fn user(db: &Db, id: u64) -> u64 {
    let _ = (id, db);
    id
}

fn main() {}
