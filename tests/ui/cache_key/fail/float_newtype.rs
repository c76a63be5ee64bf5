//! A newtype of what is no key part.

use cache_runtime::prelude::*;

#[derive(CacheKey)]
struct Celsius(f64);

fn main() {}
