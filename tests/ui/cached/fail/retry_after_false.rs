//! It has no off.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, stale_if_error = "1h", retry_after = false)]
async fn user(id: u64) -> Result<String, std::fmt::Error> {
    Ok(id.to_string())
}

fn main() {}
