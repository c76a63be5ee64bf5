//! Nothing left.

use cache_runtime::prelude::*;

#[derive(CacheKey)]
struct Nothing {
    #[cache(skip)]
    note: String,
}

fn main() {}
