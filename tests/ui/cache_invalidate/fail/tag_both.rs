//! One of the two.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "feed", ttl = 60)]
struct Feed;

#[cache_invalidate(tag("user/<user_id>", strategy = Feed, namespace = "feed"))]
async fn change(user_id: u64) -> u64 {
    user_id
}

fn main() {}
