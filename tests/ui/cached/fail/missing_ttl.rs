//! No lifetime.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>")]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
