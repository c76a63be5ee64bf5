//! Placeholders as `format!` has them.

use cache_runtime::prelude::*;

#[cached(namespace = "feed", key = "{user_id}/page/{page}", ttl = 60)]
async fn feed(user_id: u64, page: u32) -> u64 {
    user_id + u64::from(page)
}

fn main() {}
