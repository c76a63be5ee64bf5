//! A key that is no string.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = 7, ttl = 60)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
