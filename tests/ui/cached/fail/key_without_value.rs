//! A key without a value.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key, ttl = 60)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
