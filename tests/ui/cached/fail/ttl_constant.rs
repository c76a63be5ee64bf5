//! A lifetime that is no literal.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = TTL)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
