//! `#[cached]` on a constant.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "x")]
    const LIMIT: u64 = 1;
}

fn main() {}
