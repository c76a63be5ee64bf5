//! A field that is both.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users {
    #[key]
    #[skip]
    tenant: u64,
}

fn main() {}
