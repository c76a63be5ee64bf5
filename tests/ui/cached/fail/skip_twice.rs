//! A name twice in `skip`.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user", ttl = 60, skip(id, id))]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
