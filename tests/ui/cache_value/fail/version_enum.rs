//! Not every variant has the field.

use cache_runtime::prelude::*;

#[derive(Clone, serde::Serialize, serde::Deserialize, CacheValue)]
enum Post {
    Draft(#[cache(version)] u64),
    Public { at: u64 },
}

fn main() {}
