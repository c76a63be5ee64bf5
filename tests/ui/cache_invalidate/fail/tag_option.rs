//! An option that it has not.

use cache_runtime::prelude::*;

#[cache_invalidate(tag("user/<user_id>", namspace = "feed", ttl = 5))]
async fn change(user_id: u64) -> u64 {
    user_id
}

fn main() {}
