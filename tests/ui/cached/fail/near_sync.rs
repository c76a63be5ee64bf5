//! It is in the process anyway.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, near, near_ttl = 5)]
fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
