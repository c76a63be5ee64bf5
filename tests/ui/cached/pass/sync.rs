//! Functions and methods that are not async.

use std::sync::Arc;

use cache_runtime::prelude::*;
use cache_runtime::{SyncEntry, SyncEntryPattern};

#[derive(Debug)]
struct Uncloneable;

#[cached(namespace = "math", key = "fib/<n>", ttl = "1h")]
pub fn fib(n: u64) -> u64 {
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

#[cached(namespace = "math", key = "root/<n>", ttl = "1h", none_ttl = "1m", stale_if_error = "1h", jitter = 0.1)]
fn root(n: i64) -> Result<Option<Arc<f64>>, Uncloneable> {
    match n {
        i64::MIN => Err(Uncloneable),
        n if n < 0 => Ok(None),
        n => Ok(Some(Arc::new((n as f64).sqrt()))),
    }
}

#[cached(namespace = "text", key = "<N>/<text>", ttl = "1h", kind = "cache_aside", skip(by))]
fn repeated<const N: usize>(text: &str, by: impl Fn(&str) -> String) -> Option<String> {
    (N > 0).then(|| by(text).repeat(N))
}

trait Shapes {
    fn area(&self, side: u32) -> u32;
}

#[cache_strategy(namespace = "shapes", ttl = 60, codec = "postcard", compress = "lz4")]
struct Squares {
    #[key]
    unit: u32,
    cache: Cache,
}

#[cache_strategy]
impl Shapes for Squares {
    #[cached(key = "area/<side>")]
    fn area(&self, side: u32) -> u32 {
        side * side * self.unit
    }
}

#[cache_invalidate(fib(n), root(*))]
async fn forget(n: u64) {}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(fib(20), 6765);
    let entry: SyncEntry<u64> = fib_entry(20);
    assert_eq!(entry.get(), Some(6765));
    assert_eq!(root(9).unwrap().as_deref(), Some(&3.0));
    assert!(root(-1).unwrap().is_none() && root(i64::MIN).is_err());
    forget(20).await;
    assert_eq!((entry.get(), root_entry(9).get()), (None, None));
    assert_eq!(repeated::<2>("ab", str::to_uppercase).as_deref(), Some("ABAB"));
    assert_eq!(repeated_entry::<2>("ab").fetch(|| Err::<String, _>(1)), Ok("ABAB".into()));
    let pattern: SyncEntryPattern = repeated_pattern::<2>(Any);
    assert_eq!(pattern.invalidate(), Ok(1));
    let squares = Squares { unit: 2, cache: Cache::memory() };
    assert_eq!((squares.area(3), squares.area_entry(3).get(), squares.area_uncached(3)), (18, Some(18), 18));
    assert_eq!(fib_entry(20).as_ref().get().await, None);
}
