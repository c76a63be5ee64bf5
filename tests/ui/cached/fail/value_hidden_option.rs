//! An `Option` behind an alias.

use cache_runtime::prelude::*;

type Answer = Option<u64>;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user(id: u64) -> Result<Answer, ()> {
    Ok(Some(id))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let _ = user(1).await;
    let _ = user_entry(1);
}
