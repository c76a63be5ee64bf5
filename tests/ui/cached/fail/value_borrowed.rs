//! A value that borrows.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<name>", ttl = 60)]
async fn user(name: &str) -> &str {
    name
}

fn main() {}
