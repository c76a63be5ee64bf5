//! P1: after an invalidation was applied no later read gets a value from before it, on any node.

use cache_runtime::{Any, Invalidated};

use crate::kinds::{Aside, Through};
use crate::source::Source;

on_every_store! {
    // Bites: fails without `began >= arrived ||` in Waiter::join (load/flight.rs).
    async fn a_load_under_way_is_revoked(store: Store) {
        let source = Source::new();
        let (one, other) = (Aside::new(&store.one, &source), Aside::new(&store.other, &source));
        source.put(7, 1);
        source.hold();
        let early = tokio::spawn({ let one = one.clone(); async move { one.number(7).await } });
        source.has_begun(1).await;

        source.put(7, 2);
        assert_eq!(other.number_entry(7).invalidate().await, Ok(Invalidated::Applied));
        // The same node, and the same key: joining the load by its key would give it the value from before.
        let late = tokio::spawn({ let one = one.clone(); async move { one.number(7).await } });
        source.has_begun(2).await;
        source.release();

        assert_eq!(early.await.unwrap(), Ok(1), "the load that was under way answers its caller");
        assert_eq!(late.await.unwrap(), Ok(2), "the read that came later does not get its value");
        assert_eq!(other.number(7).await, Ok(2), "and it is not in the cache");
        assert_eq!(source.loads(), 2);
    }

    async fn a_declared_invalidation_follows_its_function(store: Store) {
        let source = Source::new();
        let (one, other) = (Aside::new(&store.one, &source), Aside::new(&store.other, &source));
        one.change(7, 1).await;
        assert_eq!(other.number(7).await, Ok(1));
        one.change(7, 2).await;
        assert_eq!(other.number_entry(7).get().await, None);
        assert_eq!(other.number(7).await, Ok(2));
    }

    // Bites: fails without `.filter(|slot| slot.is(under))` in fill (store/memory/slot.rs), and `if not found` in fill.lua.
    async fn a_revoked_load_stores_nothing(store: Store) {
        let source = Source::new();
        let numbers = Aside::new(&store.one, &source);
        source.put(7, 1);
        source.hold();
        let early = tokio::spawn({ let numbers = numbers.clone(); async move { numbers.number(7).await } });
        source.has_begun(1).await;
        numbers.number_entry(7).invalidate().await.unwrap();
        source.release();
        assert_eq!(early.await.unwrap(), Ok(1));
        assert_eq!(numbers.number_entry(7).get().await, None);
        assert_eq!(store.keys().await, 0);
    }

    // Bites: fails without `.filter(|slot| slot.is(under))` in fill (store/memory/slot.rs), and `if not found` in fill.lua.
    async fn a_pattern_and_a_namespace_revoke_loads_too(store: Store) {
        let source = Source::new();
        let numbers = Aside::new(&store.one, &source);
        source.put(7, 1);
        for round in 1..=2 {
            source.hold();
            let early = tokio::spawn({ let numbers = numbers.clone(); async move { numbers.number(7).await } });
            source.has_begun(round).await;
            let gone = match round {
                1 => numbers.number_pattern(Any).invalidate().await.unwrap(),
                _ => cache_runtime::CacheManager::new(&store.other).clear_namespace("aside").await.unwrap(),
            };
            assert_eq!(gone, 1, "the lease");
            source.release();
            assert_eq!(early.await.unwrap(), Ok(1));
            assert_eq!(numbers.number_entry(7).get().await, None);
        }
    }

    // Bites: fails without `(succeeded || !these.on_success)` in InvalidateGuard::finish (invalidate/mod.rs).
    async fn every_way_out_of_a_function_invalidates(store: Store) {
        use cache_runtime::prelude::*;

        #[cache_strategy(namespace = "exits", ttl = 60, kind = "cache_aside")]
        struct Exits { cache: Cache }

        #[cache_strategy]
        impl Exits {
            #[cached(key = "value/<id>")]
            async fn value(&self, id: i64) -> i64 { id }

            #[cache_invalidate(self.value(id))]
            async fn change(&self, id: i64, how: &str) -> Result<(), String> {
                match how {
                    "panic" => panic!("on purpose"),
                    "hang" => std::future::pending().await,
                    "error" => Err("on purpose".into()),
                    _ => Ok(()),
                }
            }

            #[cache_invalidate(self.value(id), on = "success")]
            async fn change_well(&self, id: i64, well: bool) -> Result<(), String> {
                if well { Ok(()) } else { Err("on purpose".into()) }
            }
        }

        let exits = std::sync::Arc::new(Exits { cache: store.one.clone() });
        for how in ["return", "error", "panic", "hang"] {
            assert_eq!(exits.value(1).await, 1);
            assert_eq!(exits.value_entry(1).get().await, Some(1));
            let changing = tokio::spawn({ let exits = exits.clone(); async move { exits.change(1, how).await } });
            if how == "hang" {
                // Once the body waits, the guard stands; dropping it before it ran has changed nothing.
                tokio::task::yield_now().await;
                changing.abort();
            }
            let _ = changing.await;
            cache_tests::eventually(|| async { exits.value_entry(1).get().await.is_none() || how == "hang" }).await;
        }

        assert_eq!(exits.value(2).await, 2);
        assert_eq!(exits.change_well(2, false).await, Err("on purpose".into()));
        assert_eq!(exits.value_entry(2).get().await, Some(2), "an error is no success");
        assert_eq!(exits.change_well(2, true).await, Ok(()));
        assert_eq!(exits.value_entry(2).get().await, None);
    }

    // Bites: fails without `send_in_background(…)` in InvalidateGuard::drop (invalidate/mod.rs).
    async fn a_dropped_function_invalidates(store: Store) {
        use std::future::Future;
        use std::task::{Context, Waker};

        let source = Source::new();
        let numbers = Aside::new(&store.one, &source);
        source.put(7, 1);
        assert_eq!(numbers.number(7).await, Ok(1));
        {
            let mut changing = std::pin::pin!(hanging_change(&numbers, 7));
            // Polled once: the body has begun, and hangs.
            assert!(changing.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            assert_eq!(source.value(7), Some(2));
        }
        cache_tests::eventually(|| async { numbers.number_entry(7).get().await.is_none() }).await;
        assert_eq!(numbers.number(7).await, Ok(2));
    }

    // Bites: fails without `mark.contend()` in invalidate (store/memory/slot.rs), and `is_mark` in invalidate.lua.
    async fn an_invalidation_during_a_write_leaves_nothing(store: Store) {
        let source = Source::new();
        let numbers = Through::new(&store.one, &source);
        let entry = numbers.number_entry(7);
        let written = entry
            .write_report(|| async {
                source.put(7, 1);
                assert_eq!(entry.invalidate().await, Ok(Invalidated::Applied));
                Ok::<_, ()>(1)
            })
            .await
            .unwrap();
        assert_eq!(written.cache, cache_runtime::WriteEffect::Contended);
        assert_eq!(entry.get().await, None);
        assert_eq!(store.keys().await, 0);
    }
}

/// Changes the source, and never comes back.
async fn hanging_change(numbers: &Aside, id: i64) {
    use cache_runtime::cache_invalidate;

    #[cache_invalidate(numbers.number(id))]
    async fn change(numbers: &Aside, id: i64) {
        numbers.source.put(id, 2);
        std::future::pending::<()>().await;
    }

    change(numbers, id).await;
}
