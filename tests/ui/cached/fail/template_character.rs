//! A character that is no letter of a key.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/ø/<id>", ttl = 60)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
