//! A misspelled option.

use cache_runtime::prelude::*;

#[derive(CacheKey)]
struct Id(u64, #[cache(skp)] u64);

fn main() {}
