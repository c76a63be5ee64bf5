//! A field of which the shape is not known.

use cache_runtime::prelude::*;

#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Foreign;

#[derive(Clone, serde::Serialize, serde::Deserialize, CacheValue)]
struct User {
    name: String,
    foreign: Foreign,
}

fn main() {}
