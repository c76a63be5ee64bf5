//! A type parameter that is not in the key.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user<T: Default + cache_runtime::Value>(id: u64) -> T {
    let _ = id;
    T::default()
}

fn main() {}
