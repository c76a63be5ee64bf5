//! One field says how new a value is.

use cache_runtime::prelude::*;

#[derive(Clone, serde::Serialize, serde::Deserialize, CacheValue)]
struct Post {
    #[cache(version)]
    created: u64,
    #[cache(version)]
    changed: u64,
}

fn main() {}
