//! `#[cache_strategy]` on an enum.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
enum Users {
    All,
}

fn main() {}
