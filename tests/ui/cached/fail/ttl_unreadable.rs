//! A lifetime in words.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = "an hour")]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
