//! An option without its comma.

use cache_runtime::prelude::*;

#[cache_invalidate(tag("user/<user_id>" namespace = "feed"))]
async fn change(user_id: u64) -> u64 {
    user_id
}

fn main() {}
