//! A target that is not cached.

use cache_runtime::prelude::*;

async fn other(id: u64) -> u64 {
    id
}

#[cache_put(other(id))]
async fn change(id: u64) -> Result<String, ()> {
    Ok(id.to_string())
}

fn main() {}
