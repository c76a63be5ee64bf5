//! What is not stored has no version.

use cache_runtime::prelude::*;

#[derive(Clone, serde::Serialize, serde::Deserialize, CacheValue)]
struct Post {
    id: u64,
    #[serde(skip)]
    #[cache(version)]
    changed: u64,
}

fn main() {}
