//! A value that can't be in a key.

use cache_runtime::prelude::*;

#[cache_invalidate(tag("user/<user_id>", namespace = "feed"))]
async fn change(user_id: f64) -> f64 {
    user_id
}

fn main() {}
