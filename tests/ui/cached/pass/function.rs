//! A free function: the second call is served from the cache, and all companions are there.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicU32, Ordering};

use cache_runtime::prelude::*;

static LOADS: AtomicU32 = AtomicU32::new(0);

/// The square of a number.
#[cached(namespace = "math", key = "square/<n>", ttl = "1h")]
pub async fn square(n: u64) -> u64 {
    LOADS.fetch_add(1, Ordering::SeqCst);
    n * n
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    Cache::memory().install().expect("the first cache");
    assert_eq!((square(3).await, square(3).await), (9, 9));
    assert_eq!(LOADS.load(Ordering::SeqCst), 1);
    assert_eq!(square_entry(3).get().await, Some(9));
    assert_eq!(square_entry(3).key().to_string(), "math:v1:square:3");
    assert_eq!(square_pattern(Any).to_string(), "math:v1:square:*");
    assert_eq!(square_pattern(3).to_string(), "math:v1:square:3");
    assert_eq!(square_uncached(3).await, 9);
    assert_eq!(LOADS.load(Ordering::SeqCst), 2);
    let _ = square_entry(3).invalidate().await;
    square(3).await;
    assert_eq!(LOADS.load(Ordering::SeqCst), 3);
}
