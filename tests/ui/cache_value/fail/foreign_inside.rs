//! The same, inside a `Vec`.

use cache_runtime::prelude::*;

#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Foreign;

#[derive(Clone, serde::Serialize, serde::Deserialize, CacheValue)]
enum User {
    Nobody,
    Some(Vec<Foreign>),
}

fn main() {}
