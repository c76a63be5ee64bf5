//! A parameter in the key, and skipped.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, skip(id))]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
