//! A load that invalidates.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
#[cache_invalidate(user(id))]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
