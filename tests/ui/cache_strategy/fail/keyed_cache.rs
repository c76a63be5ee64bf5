//! The cache in the key.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users {
    #[key]
    cache: Cache,
}

fn main() {}
