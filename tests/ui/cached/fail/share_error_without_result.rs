//! `share_error` without an error.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, share_error = copy)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
