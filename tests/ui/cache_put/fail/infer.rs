//! `_` in place of an argument.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, kind = "write_through")]
async fn user(id: u64) -> u64 {
    id
}

#[cache_put(user(_))]
async fn change(id: u64) -> u64 {
    id
}

fn main() {}
