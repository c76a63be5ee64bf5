//! An unsafe function.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async unsafe fn user(id: u64) -> u64 {
    id
}

fn main() {}
