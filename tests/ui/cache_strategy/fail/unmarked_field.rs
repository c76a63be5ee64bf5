//! Fields that are neither `#[key]` nor `#[skip]`.

use cache_runtime::prelude::*;

struct Db;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users {
    tenant: u64,
    db: Db,
}

fn main() {}
