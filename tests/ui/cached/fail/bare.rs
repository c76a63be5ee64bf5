//! Nothing is given.

use cache_runtime::prelude::*;

#[cached]
async fn user(id: u64) -> u64 {
    id
}

fn main() {}
