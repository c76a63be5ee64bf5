//! The error can't tell of a timeout.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, load_timeout = "2s")]
async fn user(id: u64) -> Result<String, std::fmt::Error> {
    Ok(id.to_string())
}

fn main() {}
