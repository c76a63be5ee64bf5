//! No value at all.

use cache_runtime::prelude::*;

#[derive(CacheKey)]
enum Never {}

fn main() {}
