//! A pattern with a part of another type.

use cache_runtime::prelude::*;

#[cached(namespace = "post", key = "<user>/<id>", ttl = 60)]
async fn post(user: u64, id: u64) -> u64 {
    user + id
}

#[cache_invalidate(post("ann", *))]
async fn change(id: u64) -> Result<String, ()> {
    Ok(id.to_string())
}

fn main() {}
