//! A lifetime of zero.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 0)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
