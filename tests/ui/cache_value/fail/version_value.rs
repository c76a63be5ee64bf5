//! The field is the value.

use cache_runtime::prelude::*;

#[derive(Clone, serde::Serialize, serde::Deserialize, CacheValue)]
struct Post {
    #[cache(version = 2)]
    changed: u64,
}

fn main() {}
