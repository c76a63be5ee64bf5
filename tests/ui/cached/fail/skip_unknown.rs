//! A misspelled name in `skip`.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, skip(databse))]
async fn user(id: u64, database: &str) -> String {
    format!("{id}{database}")
}

fn main() {}
