//! Sixteen at the most.

use cache_runtime::prelude::*;

#[cached(namespace = "feed", key = "user/<user_id>/<page>", ttl = 60, skip(db), tags("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10", "t11", "t12", "t13", "t14", "t15", "t16"))]
async fn feed(user_id: u64, page: u32, db: &u8) -> u64 {
    let _ = (user_id, page, db);
    0
}

fn main() {}
