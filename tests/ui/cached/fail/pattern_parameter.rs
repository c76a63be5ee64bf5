//! A parameter without a name.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<a>", ttl = 60)]
async fn user((a, b): (u64, u64)) -> u64 {
    a + b
}

fn main() {}
