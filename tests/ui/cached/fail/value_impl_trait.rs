//! A value without a name.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user(id: u64) -> impl Sized {
    id
}

fn main() {}
