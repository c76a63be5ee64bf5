//! An option twice.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, ttl = 30)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
