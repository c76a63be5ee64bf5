//! Runtimes, connections and clocks.

use std::time::{Duration, Instant};

use cache_runtime::{Cache, CacheBuilder, NearCache};
use tokio::runtime::{Builder, Runtime};

/// With so many threads; what waits for a future is one more.
#[must_use]
pub fn runtime(threads: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(threads).enable_all().build().expect("a runtime")
}

/// With no thread but that which waits for a future.
#[must_use]
pub fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A cache on a server, with a deadline that no turn comes near.
pub fn builder(url: &str) -> CacheBuilder {
    Cache::builder().url(url).deadline(Duration::from_secs(5)).require_connection()
}

/// A cache on a server with a near cache of so many MiB.
pub async fn near(url: &str, megabytes: u64) -> Cache {
    builder(url).near(NearCache::megabytes(megabytes)).build().await.expect("a cache")
}

/// Nanoseconds of one of `count` operations that `work` does.
pub fn each(count: u64, work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_nanos() as f64 / count as f64
}

/// Nanoseconds of one of `total` operations, of which `count` are under way at a time.
pub async fn in_flight<F, Fut>(count: u64, total: u64, operation: F) -> f64
where
    F: Fn() -> Fut + Clone + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let started = Instant::now();
    let tasks: Vec<_> = (0..count.min(total))
        .map(|task| {
            let operation = operation.clone();
            let share = total / count + u64::from(task < total % count);
            tokio::spawn(async move {
                for _ in 0..share {
                    operation().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a task");
    }
    started.elapsed().as_nanos() as f64 / total as f64
}
