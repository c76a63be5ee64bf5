//! A key alone.

use cache_runtime::prelude::*;

#[cached(key = "user/<id>")]
async fn user(id: u64) -> u64 {
    id
}

fn main() {}
