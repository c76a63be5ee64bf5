//! Without a body: a typed entry with nothing to load.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::prelude::{Any, cached};
use cache_runtime::{CacheKey, Entry, KeyType};

/// Is somebody typing?
#[cached(namespace = "chat", key = "typing/<user>", ttl = "10s")]
pub fn typing(user: &str) -> Entry<bool>;

/// By its path.
#[cached(namespace = "chat", key = "count/<user>", ttl = "10s", kind = "write_through")]
fn count(user: u64) -> cache_runtime::Entry<u32>;

/// Of things of any type.
#[cached(namespace = "chat", key = "likes/<T>/<of>", ttl = "10s")]
fn likes<T: CacheKey + KeyType>(of: T) -> Entry<u32>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    typing("ann").set(&true).await.expect("memory");
    assert_eq!(typing_entry("ann").get().await, Some(true));
    assert_eq!(typing_pattern(Any).to_string(), "chat:v1:typing:*");
    assert_eq!(count(1).write(|| async { Ok::<_, ()>(3) }).await, Ok(3));
    assert_eq!(count_entry(1).get().await, Some(3));
    likes(7_u64).set(&1).await.expect("memory");
    assert_eq!((likes(7_u64).get().await, likes(String::from("7")).get().await), (Some(1), None));
}
