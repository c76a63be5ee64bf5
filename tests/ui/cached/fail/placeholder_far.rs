//! A placeholder that names nothing.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<tenant>", ttl = 60)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
