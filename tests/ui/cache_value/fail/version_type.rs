//! Nothing to compare.

use cache_runtime::prelude::*;

#[derive(Clone, serde::Serialize, serde::Deserialize, CacheValue)]
struct Post {
    #[cache(version)]
    changed: String,
}

fn main() {}
