//! A number of bytes that is none, and one that is for nothing.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, compress = "lz4", compress_above = 0)]
async fn user(id: u64) -> String {
    id.to_string()
}

#[cached(namespace = "user", key = "name/<id>", ttl = 60, compress_above = 4096)]
async fn name(id: u64) -> String {
    id.to_string()
}

#[cache_strategy(namespace = "users", ttl = 60, compress = false)]
struct Users;

fn main() {}
