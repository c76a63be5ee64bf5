//! `none_ttl` where there is no `None`.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, none_ttl = 5)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
