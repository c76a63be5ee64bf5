//! A type parameter without a name, where nothing can be skipped.

use cache_runtime::prelude::*;

#[cached(namespace = "chat", key = "typing/<user>", ttl = 60)]
fn typing(user: impl CacheKey) -> Entry<bool>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let _ = (typing(1).get().await, typing_entry("x").get().await);
}
