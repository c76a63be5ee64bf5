//! A number with a unit, out of its quotes.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 30m)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
