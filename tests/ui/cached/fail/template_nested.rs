//! A placeholder in a placeholder.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<a<id>>", ttl = 60)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
