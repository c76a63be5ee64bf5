//! A broken template, and callers.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user:<id>", ttl = 60, skip(db))]
async fn user(db: &str, id: u64) -> String {
    format!("{db}{id}")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let _ = user("db", 1).await;
    let _ = user_entry(1).get().await;
    let _ = user_pattern(Any);
}
