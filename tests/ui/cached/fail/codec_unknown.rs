//! A misspelled codec, with a guess, and one that is none.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, codec = "postcart")]
async fn user(id: u64) -> String {
    id.to_string()
}

#[cached(namespace = "user", key = "name/<id>", ttl = 60, codec = "xml")]
async fn name(id: u64) -> String {
    id.to_string()
}

#[cached(namespace = "user", key = "page/<id>", ttl = 60, compress = "gzip")]
async fn page(id: u64) -> String {
    id.to_string()
}

fn main() {}
