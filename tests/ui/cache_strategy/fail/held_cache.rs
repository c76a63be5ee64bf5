//! A strategy has its cache by value: behind something else it would be left out, and the installed one used in its place.

use std::sync::Arc;

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Borrows<'a> {
    cache: &'a Cache,
}

#[cache_strategy(namespace = "user", ttl = 60)]
struct Shares {
    cache: Arc<Cache>,
}

#[cache_strategy(namespace = "user", ttl = 60)]
struct MayHave {
    cache: Option<Cache>,
    #[key]
    tenant: u64,
}

fn main() {}
