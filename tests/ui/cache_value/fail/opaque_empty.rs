//! A version that says nothing.

use cache_runtime::prelude::*;

#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Foreign;

#[derive(Clone, serde::Serialize, serde::Deserialize, CacheValue)]
struct User {
    #[cache(opaque)]
    foreign: Foreign,
}

fn main() {}
