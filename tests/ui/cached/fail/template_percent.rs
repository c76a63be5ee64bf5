//! The character of escapes.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/100%/<id>", ttl = 60)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
