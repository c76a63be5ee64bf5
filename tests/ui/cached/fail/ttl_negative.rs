//! A negative lifetime.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = -5)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
