//! A pattern for one value.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, kind = "write_through")]
async fn user(id: u64) -> Result<String, ()> {
    Ok(id.to_string())
}

#[cache_put(user(*))]
async fn change(id: u64) -> Result<String, ()> {
    Ok(id.to_string())
}

fn main() {}
