//! A `Result` behind an alias.

use cache_runtime::prelude::*;

type Answer = Result<u64, u8>;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user(id: u64) -> Answer {
    Ok(id)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let _ = user(1).await;
    let _ = user_entry(1);
}
