//! A placeholder in a function without parameters.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user() -> String {
    String::new()
}

fn main() {}
