//! A value of another type, without a `Result`.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, kind = "write_through")]
async fn user(id: u64) -> Result<String, ()> {
    Ok(id.to_string())
}

#[cache_put(user(id))]
async fn change(id: u64) -> u64 {
    id
}

fn main() {}
