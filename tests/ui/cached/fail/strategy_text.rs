//! A type in quotes.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users;

#[cached(strategy = "Users", key = "<id>")]
async fn user(id: u64) -> u64 {
    id
}

fn main() {}
