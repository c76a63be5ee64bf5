//! Without a body: a typed entry with nothing to load.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::Entry;
use cache_runtime::prelude::{Any, cached};

/// Is somebody typing?
#[cached(namespace = "chat", key = "typing/<user>", ttl = "10s")]
pub fn typing(user: &str) -> Entry<bool>;

/// By its path.
#[cached(namespace = "chat", key = "count/<user>", ttl = "10s", kind = "write_through")]
fn count(user: u64) -> cache_runtime::Entry<u32>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    typing("ann").set(&true).await.expect("memory");
    assert_eq!(typing_entry("ann").get().await, Some(true));
    assert_eq!(typing_pattern(Any).to_string(), "chat:v1:typing:*");
    assert_eq!(count(1).write(|| async { Ok::<_, ()>(3) }).await, Ok(3));
    assert_eq!(count_entry(1).get().await, Some(3));
}
