//! The soft one comes first.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, stale_if_error = "1h", load_timeout = "2s", soft_load_timeout = "2s")]
async fn user(id: u64) -> Result<String, std::fmt::Error> {
    Ok(id.to_string())
}

fn main() {}
