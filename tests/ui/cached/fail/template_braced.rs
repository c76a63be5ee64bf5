//! A placeholder as `format!` has them.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/{id}", ttl = 60)]
async fn user(id: u64) -> u64 {
    id
}

fn main() {}
