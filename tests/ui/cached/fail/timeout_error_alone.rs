//! No timeout, no error.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, timeout_error = timed_out)]
async fn user(id: u64) -> Result<String, std::fmt::Error> {
    Ok(id.to_string())
}

fn timed_out(_: cache_runtime::LoadTimeout) -> std::fmt::Error {
    std::fmt::Error
}

fn main() {}
