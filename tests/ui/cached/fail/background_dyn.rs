//! An object can't be cloned.

use cache_runtime::prelude::*;

trait Db {}

#[cached(namespace = "user", key = "<id>", ttl = 60, background, skip(db))]
async fn user(db: &dyn Db, id: u64) -> u64 {
    let _ = (id, db);
    id
}

fn main() {}
