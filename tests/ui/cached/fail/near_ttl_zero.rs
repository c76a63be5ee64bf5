//! `near = false` is what was meant.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, near_ttl = 0)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
