//! A kind that does not exist.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, kind = "magic")]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
