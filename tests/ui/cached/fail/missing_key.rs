//! No key.

use cache_runtime::prelude::*;

#[cached(namespace = "user", ttl = 60)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
