//! A const parameter that is not in the key.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user<const N: usize>(id: u64) -> Vec<u64> {
    vec![id; N]
}

fn main() {}
