//! A path into a type parameter.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "<T.x>/<id>", ttl = 60)]
async fn user<T>(id: u64) -> u64 {
    id
}

fn main() {}
