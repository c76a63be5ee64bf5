//! A field that is no key part.

use cache_runtime::prelude::*;

#[derive(CacheKey)]
struct Point {
    x: u64,
    y: f64,
}

fn main() {}
