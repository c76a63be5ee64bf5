//! A placeholder that is an expression.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id+1>", ttl = 60)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
