//! A marker with arguments.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users {
    #[key(tenant)]
    tenant: u64,
}

fn main() {}
