//! Versions start at one.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, version = 0)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
