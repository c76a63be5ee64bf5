//! A type that is no strategy.

use cache_runtime::prelude::*;

struct Feed;

#[cache_invalidate(tag("user/<user_id>", strategy = Feed))]
async fn change(user_id: u64) -> u64 {
    user_id
}

fn main() {}
