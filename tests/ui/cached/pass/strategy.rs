//! A free function that follows a strategy, and says what it does otherwise.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "feed", ttl = "1h", kind = "cache_aside", version = 3)]
pub struct Feed;

#[cached(strategy = Feed, key = "user/<id>", ttl = "5m")]
async fn user(id: i64) -> String {
    id.to_string()
}

#[cached(strategy = crate::Feed, key = "latest")]
fn latest() -> Entry<Vec<i64>>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(user(1).await, "1");
    let entry: Entry<String, kind::CacheAside> = user_entry(1);
    assert_eq!(entry.key().to_string(), "feed:v3:user:1");
    let fetched = latest().fetch(|| async { Ok::<_, ()>(vec![1]) }).await;
    assert_eq!(fetched, Ok(vec![1]));
    assert_eq!(latest_entry().get().await, Some(vec![1]));
}
