//! A `None` says nothing.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, kind = "write_through")]
async fn user(id: u64) -> Result<String, ()> {
    Ok(id.to_string())
}

#[cache_put(user(id))]
async fn change(id: u64) -> Result<Option<String>, ()> {
    Ok(Some(id.to_string()))
}

fn main() {}
