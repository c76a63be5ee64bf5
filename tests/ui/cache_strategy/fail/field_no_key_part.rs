//! A key field that is no key part.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users {
    #[key]
    ratio: f64,
}

fn main() {}
