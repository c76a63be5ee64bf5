//! A number without quotes.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, jitter = "10%")]
async fn user(id: u64) -> Result<String, std::fmt::Error> {
    Ok(id.to_string())
}

fn main() {}
