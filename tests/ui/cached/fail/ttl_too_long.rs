//! A lifetime beyond ten years.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = "4000d")]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
