//! A type parameter in the key, without the bound.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "<T>", ttl = 60)]
async fn user<T: Default + cache_runtime::Value>() -> T {
    T::default()
}

fn main() {}
