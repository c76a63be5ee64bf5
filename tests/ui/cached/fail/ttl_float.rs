//! A lifetime with a fraction.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 1.5)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
