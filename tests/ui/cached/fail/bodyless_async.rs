//! Nothing to load, and async.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user(id: u64) -> Entry<bool>;

fn main() {}
