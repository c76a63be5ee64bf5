//! A type parameter without the bound.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "<key>", ttl = 60, skip(K))]
async fn user<K>(key: K) -> u8 {
    drop(key);
    1
}

fn main() {}
