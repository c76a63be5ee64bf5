//! A namespace with other characters.

use cache_runtime::prelude::*;

#[cached(namespace = "User:Data", key = "user/<id>", ttl = 60)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
