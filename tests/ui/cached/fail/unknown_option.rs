//! A misspelled option, with a guess.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", tttl = 60, ttl = 60)]
async fn user(id: u64) -> String {
    id.to_string()
}

fn main() {}
