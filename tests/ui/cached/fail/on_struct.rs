//! `#[cached]` on a struct.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
struct User {
    id: u64,
}

fn main() {}
