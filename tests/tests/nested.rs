//! Loaders that ask for what they are about to load: nobody waits for himself.
//!
//! The clock stands still for as long as anybody has something to do. So no time goes by unless all wait.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails has to fail")]

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cache_runtime::prelude::*;
use tokio::time::Instant;

#[derive(Clone)]
#[cache_strategy(namespace = "nested", ttl = 60, kind = "write_through")]
struct Nested {
    cache: Cache,
    #[skip]
    has_begun: Arc<AtomicBool>,
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl Nested {
    fn over(cache: Cache) -> Nested {
        Nested { cache, has_begun: Arc::default() }
    }

    /// Whether this is the first load.
    fn begins(&self) -> bool {
        !self.has_begun.swap(true, Ordering::SeqCst)
    }

    /// Where a future says that it is `Send`, which one that calls itself has to.
    fn again(&self, id: u64) -> Boxed<u64> {
        let nested = self.clone();
        Box::pin(async move { nested.number(id).await })
    }

    fn back_here(&self, id: u64) -> Boxed<u64> {
        let nested = self.clone();
        Box::pin(async move { nested.here(id).await })
    }

    fn above(&self, ids: Vec<u64>) -> Boxed<HashMap<u64, u64>> {
        let nested = self.clone();
        Box::pin(async move { nested.depths(&ids).await })
    }
}

#[cache_strategy]
impl Nested {
    #[cached(key = "number/<id>", tags("numbers/<id>"))]
    async fn number(&self, id: u64) -> u64 {
        if !self.begins() {
            return id;
        }
        // Now nobody may share this load.
        self.invalidate_tag(("numbers", id)).await.expect("invalidated");
        self.again(id).await
    }

    #[cached(key = "written/<id>")]
    async fn written(&self, id: u64) -> u64 {
        if self.begins() {
            self.written_entry(id).invalidate().await.expect("invalidated");
            return Box::pin(self.written(id)).await;
        }
        id
    }

    #[cached(key = "here/<id>")]
    async fn here(&self, id: u64) -> u64 {
        if self.begins() { Box::pin(self.between(id)).await } else { id }
    }

    #[cached(key = "between/<id>", detached)]
    async fn between(&self, id: u64) -> u64 {
        self.back_here(id).await
    }

    #[cached(key = "user/<id>")]
    async fn user(&self, id: u64) -> Option<u64> {
        self.users(&[id]).await.remove(&id)
    }

    #[cached(key = "user/<ids>", batch)]
    async fn users(&self, ids: &[u64]) -> HashMap<u64, u64> {
        ids.iter().map(|id| (*id, *id)).collect()
    }

    #[cached(key = "row/<id>")]
    async fn row(&self, id: u64) -> u64 {
        id
    }

    #[cached(key = "row/<ids>", batch)]
    async fn rows(&self, ids: &[u64]) -> HashMap<u64, u64> {
        let mut rows = HashMap::new();
        for id in ids {
            rows.insert(*id, self.row(*id).await);
        }
        rows
    }

    /// Of a tree in which half a node is its parent.
    #[cached(key = "depth/<ids>", batch)]
    async fn depths(&self, ids: &[u64]) -> HashMap<u64, u64> {
        let parents: Vec<u64> = ids.iter().map(|id| id / 2).filter(|parent| *parent > 0).collect();
        let above = if parents.is_empty() { HashMap::new() } else { self.above(parents).await };
        ids.iter().map(|id| (*id, above.get(&(id / 2)).map_or(0, |depth| depth + 1))).collect()
    }
}

async fn without_a_wait<T>(work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = work.await;
    assert_eq!(began.elapsed().as_secs(), 0, "somebody has waited");
    done
}

/// It may not share the load around it, so that it would lead one of its own, whose turn comes after that.
// Bites: fails with `is_polled()` in Arrival::unanswered (load/come.rs) only for `Entered::Wait(_)`.
#[tokio::test(start_paused = true)]
async fn one_that_may_not_share_its_own_load() {
    let nested = Nested::over(Cache::memory());
    assert_eq!(without_a_wait(nested.number(7)).await, 7);
    let nested = Nested::over(Cache::memory());
    let entry = nested.written_entry(7);
    let writing = entry.write(|| async { Ok::<_, ()>(nested.written(7).await) });
    assert_eq!(without_a_wait(writing).await, Ok(7));
}

/// Nothing says there whose load it may share.
// Bites: fails with `is_polled()` in Arrival::unanswered (load/come.rs) only for `Entered::Wait(_)`.
#[tokio::test(start_paused = true)]
async fn one_whose_server_is_away() {
    // Nobody listens there.
    let cache = Cache::builder().url("redis://127.0.0.1:1").build().await.unwrap();
    assert_eq!(without_a_wait(Nested::over(cache).here(7)).await, 7);
}

/// The cache has started the task that asks.
// Bites: fails with `Around::default()` in go_on (load/task.rs).
#[tokio::test(start_paused = true)]
async fn one_through_a_task_of_the_cache() {
    let nested = Nested::over(Cache::memory());
    assert_eq!(without_a_wait(nested.here(7)).await, 7);
    assert_eq!(nested.here_entry(7).get().await, Some(7));
}

// Bites: fails without `is_polled()` in Batch::resolve (load/batch/mod.rs), each of the first two; without `loads.loading(…)` in
// Batch::load (load/batch/run.rs), the last two.
#[tokio::test(start_paused = true)]
async fn batches() {
    let nested = Nested::over(Cache::memory());
    assert_eq!(without_a_wait(nested.user(7)).await, Some(7));
    let depths = without_a_wait(nested.depths(&[1, 2, 4])).await;
    assert_eq!(depths, HashMap::from([(1, 0), (2, 1), (4, 2)]));
    assert_eq!(without_a_wait(nested.rows(&[8, 9])).await.len(), 2);
    let kept =
        (nested.users(&[7]).await, nested.depths_entry(4).get().await, nested.row_entry(9).get().await);
    assert_eq!(kept, (HashMap::from([(7, 7)]), Some(2), Some(9)));
}
