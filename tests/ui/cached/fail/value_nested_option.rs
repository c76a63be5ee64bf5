//! An `Option` in an `Option`.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user(id: u64) -> Result<Option<Option<u64>>, ()> {
    Ok(Some(Some(id)))
}

fn main() {}
