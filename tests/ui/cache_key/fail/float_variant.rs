//! A variant with what is no key part.

use cache_runtime::prelude::*;

#[derive(CacheKey)]
enum At {
    Nowhere,
    Height(f64),
}

fn main() {}
