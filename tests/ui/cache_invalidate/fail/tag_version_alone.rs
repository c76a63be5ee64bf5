//! Of which namespace?

use cache_runtime::prelude::*;

#[cache_invalidate(tag("user/<user_id>", version = 2))]
async fn change(user_id: u64) -> u64 {
    user_id
}

fn main() {}
