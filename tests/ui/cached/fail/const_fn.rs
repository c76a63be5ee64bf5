//! A const function.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
const fn user(id: u64) -> u64 {
    id
}

fn main() {}
