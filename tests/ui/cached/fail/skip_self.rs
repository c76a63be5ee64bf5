//! `self` in `skip`.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, skip(self))]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
