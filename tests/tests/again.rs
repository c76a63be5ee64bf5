//! What a thread finds again in the embedded store, without its key and without a lock: nothing that was changed, whoever did.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that fails has to fail")]

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use cache_runtime::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder, Runtime};

/// A source of one number, and what is kept of it.
#[derive(Clone)]
#[cache_strategy(namespace = "again", ttl = 60, kind = "write_through")]
struct Rows {
    cache: Cache,
    #[skip]
    source: Arc<AtomicU64>,
}

#[cache_strategy]
impl Rows {
    #[cached(key = "row/<id>")]
    async fn row(&self, id: u64) -> Arc<u64> {
        Arc::new(1000 * id + self.source.load(Ordering::SeqCst))
    }

    #[cached(key = "large/<id>")]
    async fn large(&self, id: u64) -> Arc<String> {
        Arc::new(format!("{id:>20000}"))
    }
}

impl Rows {
    /// With room for some fifty large ones.
    async fn new() -> Rows {
        let cache = Cache::builder().memory_megabytes(1).build().await.unwrap();
        Rows { cache, source: Arc::default() }
    }

    /// Asks until this thread finds it again.
    async fn remembered(&self) -> u64 {
        for _ in 0..4 {
            self.row(1).await;
        }
        *self.row(1).await
    }

    async fn written(&self, value: u64) {
        let persist = || async {
            self.source.store(value, Ordering::SeqCst);
            Ok::<_, Infallible>(Arc::new(1000 + value))
        };
        self.row_entry(1).write(persist).await.unwrap();
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Whatever takes it out of the store, and whoever does.
///
/// Bites: without `departed` behind `remove` in `MemoryStore::step` (store/memory/mod.rs), and without it at the end of `Shard::put`
/// (what is written).
#[test]
fn what_was_changed_is_not_found_again() {
    type Change = for<'a> fn(&'a Rows) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
    let changes: [(&str, Change); 6] = [
        ("invalidated", |rows| {
            Box::pin(async {
                rows.row_entry(1).invalidate().await.unwrap();
            })
        }),
        ("by a pattern", |rows| {
            Box::pin(async { assert_eq!(rows.row_pattern(Any).invalidate().await, Ok(1)) })
        }),
        ("with its namespace", |rows| {
            Box::pin(async {
                assert_eq!(CacheManager::new(&rows.cache).clear_namespace("again").await, Ok(1))
            })
        }),
        ("written", |rows| Box::pin(rows.written(1))),
        ("by a write that failed", |rows| {
            Box::pin(async {
                let written = rows.row_entry(1).write(|| async { Err::<Arc<u64>, _>("no") }).await;
                assert_eq!(written.unwrap_err(), "no");
            })
        }),
        ("displaced", |rows| {
            Box::pin(async {
                // Twice each, so that none of them makes room before it.
                for id in 0..200 {
                    rows.large(id).await;
                    rows.large(id).await;
                }
            })
        }),
    ];
    let runtime = runtime();
    for (what, change) in changes {
        let rows = runtime.block_on(Rows::new());
        assert_eq!(runtime.block_on(rows.remembered()), 1000);
        rows.source.store(1, Ordering::SeqCst);
        // Held: of a value that is gone, nothing would be found.
        let held = runtime.block_on(rows.row(1));
        assert_eq!(*held, 1000, "it is kept");
        // On another thread: this one is told by nothing but what it looks at.
        std::thread::scope(|scope| {
            scope.spawn(|| self::runtime().block_on(change(&rows)));
        });
        assert_eq!(*runtime.block_on(rows.row(1)), 1001, "{what}");
    }
}

/// Bites: with the write's mark put without `departed`, as above.
#[tokio::test]
async fn while_it_is_written_it_is_read_from_its_source() {
    let rows = Rows::new().await;
    rows.remembered().await;
    let held = rows.row(1).await;
    let persist = || async {
        rows.source.store(7, Ordering::SeqCst);
        assert_eq!(*rows.row(1).await, 1007, "by then it may be committed");
        Ok::<_, Infallible>(Arc::new(1007))
    };
    rows.row_entry(1).write(persist).await.unwrap();
    assert_eq!((*rows.row(1).await, *held), (1007, 1000));
}

/// A hit without the store counts as one there.
///
/// Bites: without `departed` in `Shard::evict` (store/memory/shard.rs).
#[tokio::test]
async fn what_is_found_again_is_not_what_makes_room() {
    let rows = Rows::new().await;
    assert_eq!(rows.remembered().await, 1000);
    rows.source.store(1, Ordering::SeqCst);
    for id in 0..500 {
        rows.large(id).await;
        // Some have a mark as well, so that the hand goes round.
        if id % 3 == 0 {
            rows.large(id).await;
        }
        assert_eq!(*rows.row(1).await, 1000, "after {id}");
    }
}

/// By Tokio's clock, which a test may move.
///
/// Bites: with `u64::MAX` for `ends` in `MemoryStore::value`, with the beginning for the present in
/// `MemoryStore::again`.
#[tokio::test(start_paused = true)]
async fn what_is_over_is_not_found_again() {
    let rows = Rows::new().await;
    assert_eq!(rows.remembered().await, 1000);
    rows.source.store(1, Ordering::SeqCst);
    tokio::time::advance(Duration::from_millis(59_999)).await;
    assert_eq!(*rows.row(1).await, 1000);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(*rows.row(1).await, 1001);
}

/// Bites: with one number for all of them (front/validity.rs).
#[tokio::test]
async fn each_cache_has_its_own() {
    let rows = [Rows::new().await, Rows::new().await];
    rows[0].source.store(5, Ordering::SeqCst);
    rows[1].source.store(6, Ordering::SeqCst);
    // So many that their counters stand alike in both.
    for id in 0..3000 {
        for _ in 0..3 {
            assert_eq!([*rows[0].row(id).await, *rows[1].row(id).await], [1000 * id + 5, 1000 * id + 6]);
        }
    }
}

/// The same `Arc` for all hits, as before it was found again: nothing is copied here.
///
/// Bites: with an `Arc` in place of the `Weak` in `Found::Shared` (front/places.rs).
#[tokio::test]
async fn the_value_stays_the_one_that_was_put_there() {
    let rows = Rows::new().await;
    rows.row(1).await;
    let hit = rows.row(1).await;
    for _ in 0..2000 {
        assert!(Arc::ptr_eq(&hit, &rows.row(1).await));
    }
    rows.row_entry(1).invalidate().await.unwrap();
    assert_eq!(Arc::strong_count(&hit), 1, "nobody holds what has left the store");
}

/// Readers and whoever changes what they read, on threads of their own: once a change is told, the value of before is never seen.
///
/// Bites: without `departed` in `MemoryStore::step` or at the end of `Shard::put`.
#[test]
fn what_was_told_is_never_seen_again() {
    for is_written in [false, true] {
        let rows = runtime().block_on(Rows::new());
        let (told, done) = (AtomicU64::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    runtime().block_on(async {
                        // Held: of a value that is gone, nothing would be found.
                        let mut held;
                        while !done.load(Ordering::SeqCst) {
                            let least = told.load(Ordering::SeqCst);
                            // Hits in a row, so that some are found again.
                            for _ in 0..8 {
                                held = rows.row(1).await;
                                let seen = *held - 1000;
                                assert!(seen >= least, "{seen} after {least} was told");
                            }
                        }
                    });
                });
            }
            let changed = runtime().block_on(async {
                for version in 1..20_000 {
                    if is_written {
                        rows.written(version).await;
                    } else {
                        rows.source.store(version, Ordering::SeqCst);
                        rows.row_entry(1).invalidate().await?;
                    }
                    told.store(version, Ordering::SeqCst);
                }
                Ok::<_, CacheError>(())
            });
            done.store(true, Ordering::SeqCst);
            changed.unwrap();
        });
    }
}

/// What a function returns that is not async is found again whatever it is, and cloned by code of its user's: that may ask in turn.
///
/// Bites: with the places borrowed while `Entries::again` gives what is no copy (read_again.rs).
#[test]
fn a_value_that_is_no_arc_may_ask_for_others_when_it_is_cloned() {
    static CLONES: AtomicU64 = AtomicU64::new(0);
    static ASKED: OnceLock<()> = OnceLock::new();

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Curious(u64);

    impl Clone for Curious {
        fn clone(&self) -> Curious {
            CLONES.fetch_add(1, Ordering::SeqCst);
            if ASKED.get().is_some() {
                assert_eq!(plain(1), 2);
            }
            Curious(self.0)
        }
    }

    #[cached(namespace = "again_sync", key = "curious/<id>", ttl = "1h")]
    fn curious(id: u64) -> Curious {
        Curious(id)
    }

    #[cached(namespace = "again_sync", key = "plain/<id>", ttl = "1h")]
    fn plain(id: u64) -> u64 {
        id + 1
    }

    for _ in 0..4 {
        assert_eq!((plain(1), curious(1)), (2, Curious(1)));
    }
    ASKED.get_or_init(|| ());
    let (hits, clones) = (curious_entry(1).counts().hits, CLONES.load(Ordering::SeqCst));
    for _ in 0..10 {
        assert_eq!(curious(1), Curious(1));
    }
    assert_eq!(curious_entry(1).counts().hits - hits, 10);
    assert_eq!(CLONES.load(Ordering::SeqCst) - clones, 10, "one for each caller");
    plain_entry(1).invalidate().unwrap();
    curious_entry(1).invalidate().unwrap();
    assert_eq!((plain_entry(1).get(), curious_entry(1).get()), (None, None));
}
