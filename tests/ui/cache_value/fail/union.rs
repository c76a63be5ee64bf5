//! A union.

use cache_runtime::prelude::*;

#[derive(CacheValue)]
union Either {
    a: u8,
    b: i8,
}

fn main() {}
