//! Two caches.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users {
    near: Cache,
    far: Cache,
}

fn main() {}
