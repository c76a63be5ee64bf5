//! An option that does not exist.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, colour = "red")]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
