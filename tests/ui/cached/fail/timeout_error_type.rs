//! It makes another error.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, load_timeout = 1, timeout_error = timed_out)]
async fn user(id: u64) -> Result<String, std::fmt::Error> {
    Ok(id.to_string())
}

fn timed_out(_: cache_runtime::LoadTimeout) -> String {
    String::new()
}

fn main() {}
