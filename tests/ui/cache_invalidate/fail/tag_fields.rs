//! No `self` to take the field from.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "feed", ttl = 60)]
struct Feed {
    #[key]
    tenant: u64,
}

#[cache_invalidate(tag("user/<user_id>", strategy = Feed))]
async fn change(user_id: u64) -> u64 {
    user_id
}

fn main() {}
