//! A `Result` in an `Option`.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user(id: u64) -> Option<Result<u64, ()>> {
    Some(Ok(id))
}

fn main() {}
