//! It stands alone.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, near = true)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
