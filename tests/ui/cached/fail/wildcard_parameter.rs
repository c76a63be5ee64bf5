//! A parameter that is not looked at.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user(id: u64, _: u64) -> u64 {
    id
}

fn main() {}
