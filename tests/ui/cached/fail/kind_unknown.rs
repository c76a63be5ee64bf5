//! A misspelled kind, with a guess.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, kind = "write_throgh")]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
