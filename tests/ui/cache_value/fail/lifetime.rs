//! A type that borrows.

use cache_runtime::prelude::*;

#[derive(Clone, serde::Serialize, CacheValue)]
struct User<'a> {
    name: &'a str,
}

fn main() {}
