//! A bound that the macro does not know.

use cache_runtime::prelude::*;

trait Db {}

#[cached(namespace = "user", key = "<id>", ttl = 60, background, skip(db, D))]
async fn user<D: Db + 'static>(db: D, id: u64) -> u64 {
    let _ = (id, db);
    id
}

fn main() {}
