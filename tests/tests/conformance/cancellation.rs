//! P4: a caller that is dropped hangs nobody.

use std::future::Future;
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_tests::{Counter, eventually};

use crate::kinds::{Aside, Through};
use crate::source::{Missing, Source};

on_every_store! {
    // Bites: fails without `state.phase = Phase::Orphaned` in Leader::drop (load/flight.rs).
    async fn a_waiter_takes_over_from_a_leader_that_was_dropped(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "handed", ttl = 60)]
        struct Handed { cache: Cache, #[skip] source: Source }

        #[cache_strategy]
        impl Handed {
            #[cached(key = "number/<id>")]
            async fn number(&self, id: i64) -> Result<u64, Missing> { self.source.load(id).await }
        }

        let source = Source::new();
        let numbers = Handed { cache: store.one.clone(), source: source.clone() };
        source.put(7, 1);
        source.hold();
        let load = || { let numbers = numbers.clone(); async move { numbers.number(7).await } };
        let leader = tokio::spawn(load());
        source.has_begun(1).await;
        let waiters: Vec<_> = (0..10).map(|_| tokio::spawn(load())).collect();
        eventually(|| async { numbers.number_entry(7).counts().waits == 10 }).await;
        leader.abort();
        assert!(leader.await.unwrap_err().is_cancelled());
        source.has_begun(2).await;
        source.release();
        for waiter in waiters {
            assert_eq!(waiter.await.unwrap(), Ok(1));
        }
        assert_eq!(source.loads(), 2, "one of the waiters loads, for all");
        assert_eq!(numbers.number_entry(7).get().await, Some(1), "under the lease that was handed on");
    }

    // Bites: fails without `(flights.give_back)(…)` in close (load/flight.rs).
    async fn a_lease_goes_back_when_nobody_waits_for_it(store: Store) {
        let source = Source::new();
        let (one, other) = (Aside::new(&store.one, &source), Aside::new(&store.other, &source));
        source.put(7, 1);
        source.hold();
        let leader = tokio::spawn({ let one = one.clone(); async move { one.number(7).await } });
        source.has_begun(1).await;
        assert_eq!(store.keys().await, 1, "the lease");
        leader.abort();
        let _ = leader.await;
        eventually(|| async { store.keys().await == 0 }).await;
        source.release();
        assert_eq!(other.number(7).await, Ok(1));
    }

    // Bites: fails without `state.phase = Phase::Orphaned` in Leader::drop (load/flight.rs).
    async fn a_loader_that_panics_hangs_nobody(store: Store) {
        let runs = Counter::new();
        let numbers = Aside::new(&store.one, &Source::new());
        let entry = numbers.number_entry(7);
        let load = || {
            let (entry, runs) = (entry.clone(), runs.clone());
            tokio::spawn(async move {
                entry.fetch(|| async move {
                    tokio::task::yield_now().await;
                    if runs.next() == 1 { panic!("on purpose") }
                    Ok::<u64, ()>(5)
                }).await
            })
        };
        let callers: Vec<_> = (0..20).map(|_| load()).collect();
        let mut panicked = 0;
        for caller in callers {
            match caller.await {
                Ok(value) => assert_eq!(value, Ok(5)),
                Err(error) => { assert!(error.is_panic()); panicked += 1; }
            }
        }
        assert_eq!(panicked, 1, "whose loader it was");
        assert_eq!(entry.get().await, Some(5));
    }

    /// A future is dropped after each number of polls that it can be dropped at: in the read, the lease, the load, the fill.
    // Bites: fails without `(flights.give_back)(…)` in close (load/flight.rs).
    async fn a_load_dropped_at_any_await_point_leaves_no_lease(store: Store) {
        let source = Source::new();
        let numbers = Aside::new(&store.one, &source);
        source.put(7, 1);
        for polls in 0.. {
            let load = async {
                numbers.number_entry(7).fetch(|| async {
                    tokio::task::yield_now().await;
                    source.load(7).await
                }).await
            };
            let Some(value) = polled(load, polls).await else {
                eventually(|| async { matches!(numbers.number_entry(7).get().await, None | Some(1)) && no_lease(&numbers, 7).await }).await;
                let _ = numbers.number_entry(7).invalidate().await;
                continue;
            };
            assert_eq!(value, Ok(1));
            assert!(polls > 1, "it has been dropped before");
            break;
        }
    }

    // Bites: fails without `in_background(…)` in Mark::drop (write.rs).
    async fn a_write_dropped_at_any_await_point_leaves_no_old_value(store: Store) {
        let source = Source::new();
        let numbers = Through::new(&store.one, &source);
        for polls in 0.. {
            source.put(7, 1);
            assert_eq!(numbers.number(7).await, Ok(1));
            let write = async {
                numbers.number_entry(7).write(|| async {
                    source.put(7, 2);
                    tokio::task::yield_now().await;
                    Ok::<_, ()>(2)
                }).await
            };
            let written = polled(write, polls).await;
            // Whatever was reached: no mark is left that keeps readers from storing,
            eventually(|| async { store.keys().await == 0 || numbers.number_entry(7).get().await.is_some() }).await;
            // and the cache holds what the source holds, or nothing.
            eventually(|| async {
                numbers.number_entry(7).get().await.is_none_or(|value| Some(value) == source.value(7))
            }).await;
            assert_eq!(numbers.number(7).await.ok(), source.value(7));
            let _ = numbers.number_entry(7).invalidate().await;
            if written.is_some() {
                assert!(polls > 1, "it has been dropped before");
                break;
            }
        }
    }
}

/// Polls a future so many times, each time after it was woken, and then drops it.
pub(crate) async fn polled<F: Future>(future: F, polls: u32) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return std::task::Poll::Ready(None);
        }
        left -= 1;
        let polled = future.as_mut().poll(context).map(Some);
        if polled.is_pending() && left == 0 {
            return std::task::Poll::Ready(None);
        }
        polled
    })
    .await
}

/// Whether a load can be led at once: no lease stands in its way.
async fn no_lease(numbers: &Aside, id: i64) -> bool {
    let entry = numbers.number_entry(id);
    if entry.get().await.is_some() {
        return true;
    }
    let load = entry.fetch(|| async { Ok::<u64, ()>(1) });
    tokio::time::timeout(Duration::from_millis(500), load).await.is_ok()
}
