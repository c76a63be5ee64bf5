//! A tag stands for many.

use cache_runtime::prelude::*;

#[cache_put(tag("user/<id>", namespace = "user"))]
async fn rename(id: u64) -> u64 {
    id
}

fn main() {}
