//! Up to 100.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, early_refresh = 101)]
async fn user(id: u64) -> Result<String, std::fmt::Error> {
    Ok(id.to_string())
}

fn main() {}
