//! A parameter that is not in the key.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user(id: u64, language: &str) -> String {
    format!("{id}{language}")
}

fn main() {}
