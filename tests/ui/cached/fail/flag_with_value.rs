//! A flag takes no value.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, result = true)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
