//! Fields without names.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users(u64);

fn main() {}
