//! Braces are no placeholder.

use cache_runtime::prelude::*;

#[cached(namespace = "feed", key = "user/<user_id>/<page>", ttl = 60, skip(db), tags("user/{user_id}"))]
async fn feed(user_id: u64, page: u32, db: &u8) -> u64 {
    let _ = (user_id, page, db);
    0
}

fn main() {}
