//! A put into an entry that is not write-through.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user(id: u64) -> Result<String, ()> {
    Ok(id.to_string())
}

#[cache_put(user(id))]
async fn change(id: u64) -> Result<String, ()> {
    Ok(id.to_string())
}

fn main() {}
