//! Nothing to tell apart.

use cache_runtime::prelude::*;

#[derive(CacheKey)]
struct Nothing;

fn main() {}
