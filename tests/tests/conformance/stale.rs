//! P9: what is past its TTL is served within its windows alone, and a source that fails is left alone for a while.

use std::time::{Duration, Instant};

use cache_runtime::Policy;
use cache_runtime::prelude::*;
use cache_tests::eventually;

use crate::source::{Missing, Source};

const HOUR: Option<Duration> = Some(Duration::from_secs(3600));
const MOMENT: Duration = Duration::from_millis(1);

/// Waits until the value at the entry is past its TTL.
async fn old<K: Send + Sync>(entry: &Entry<u64, K>) {
    let fresh = entry.clone().policy(|policy| Policy::new(policy.time_to_live())).unwrap();
    eventually(|| async { fresh.get().await.is_none() }).await;
}

on_every_store! {
    // Bites: fails without `self.take_stale()` in Miss::or_stale (load/miss.rs).
    // Bites: fails without `Claim::Failed(…)` in retry_later (load/lead.rs).
    async fn a_source_that_fails_is_answered_by_the_value_from_before(store: Store) {
        #[cache_strategy(namespace = "stale_error", ttl = "50ms")]
        struct Ages { cache: Cache }
        #[cache_strategy]
        impl Ages {
            #[cached(key = "n/<id>")]
            fn number(&self, id: u64) -> Entry<u64>;
        }
        let source = Source::new();
        let entry = Ages { cache: store.one.clone() }.number(7);
        let entry = entry.policy(|policy| policy.stale_if_error(HOUR).retry_after(Duration::from_secs(3600))).unwrap();
        source.put(7, 1);
        assert_eq!(entry.get_or_set(|| source.load(7)).await, Ok(1));
        old(&entry).await;
        assert_eq!(entry.get().await, None, "it stands in for an answer that failed, and is none itself");

        source.remove(7);
        for _ in 0..10 {
            assert_eq!(entry.get_or_set(|| source.load(7)).await, Ok(1));
        }
        assert_eq!(source.loads(), 2, "asked again once, and then not for an hour");
        let counts = entry.counts();
        assert_eq!((counts.stale_on_error, counts.stale, counts.load_errors), (1, 9, 1));
        assert_eq!(entry.clone().policy(|policy| policy.stale_if_error(None)).unwrap().get_or_set(|| source.load(7)).await, Err(Missing(7)), "who takes nothing stale gets the error");
    }

    // Bites: fails without `claim.at(now)` in Call::aged (read.rs).
    async fn a_source_that_failed_is_asked_again_after_a_while(store: Store) {
        #[cache_strategy(namespace = "stale_retry", ttl = "50ms")]
        struct Ages { cache: Cache }
        #[cache_strategy]
        impl Ages {
            #[cached(key = "n/<id>")]
            fn number(&self, id: u64) -> Entry<u64>;
        }
        let source = Source::new();
        let entry = Ages { cache: store.one.clone() }.number(7);
        let entry = entry.policy(|policy| policy.stale_if_error(HOUR).retry_after(MOMENT)).unwrap();
        source.put(7, 1);
        assert_eq!(entry.get_or_set(|| source.load(7)).await, Ok(1));
        old(&entry).await;
        source.remove(7);
        assert_eq!(entry.get_or_set(|| source.load(7)).await, Ok(1));
        source.put(7, 2);
        eventually(|| async { entry.get_or_set(|| source.load(7)).await == Ok(2) }).await;
    }

    // Bites: fails without `ttl + self.policy.stale_window()` in Call::try_draft (draft.rs), and the windows of Age::of and Miss::take_stale.
    async fn after_its_window_nothing_stale_is_served(store: Store) {
        #[cache_strategy(namespace = "stale_over", ttl = "50ms")]
        struct Ages { cache: Cache }
        #[cache_strategy]
        impl Ages {
            #[cached(key = "n/<id>")]
            fn number(&self, id: u64) -> Entry<u64>;
        }
        let source = Source::new();
        let entry = Ages { cache: store.one.clone() }.number(7);
        let entry = entry.policy(|policy| policy.stale_if_error(Some(MOMENT)).stale_while_revalidate(Some(MOMENT))).unwrap();
        source.put(7, 1);
        assert_eq!(entry.get_or_set(|| source.load(7)).await, Ok(1));
        old(&entry).await;
        source.remove(7);
        // A failure inside of the window leaves nothing behind that would go beyond it.
        eventually(|| async { entry.get_or_set(|| source.load(7)).await == Err(Missing(7)) }).await;
    }

    // Bites: fails without `self.take_stale()` in Miss::or_stale (load/miss.rs).
    // Bites: fails without `(Age::Early | Age::Revalidate, Claim::Loading(_))` in Aged::is_servable (load/miss.rs), for all ages.
    async fn callers_of_a_stale_value_wait_for_one_load_and_share_its_failure(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "stale_many", ttl = "50ms")]
        struct Ages { cache: Cache }
        #[cache_strategy]
        impl Ages {
            #[cached(key = "n/<id>")]
            fn number(&self, id: u64) -> Entry<u64>;
        }
        let source = Source::new();
        let nodes = [&store.one, &store.other].map(|cache| {
            let entry = Ages { cache: cache.clone() }.number(7);
            entry.policy(|policy| policy.stale_if_error(HOUR).retry_after(Duration::from_secs(3600))).unwrap()
        });
        source.put(7, 1);
        assert_eq!(nodes[0].get_or_set(|| source.load(7)).await, Ok(1));
        // Each by its own idea of the server's time.
        for node in &nodes {
            old(node).await;
        }
        source.remove(7);
        source.hold();
        let callers: Vec<_> = (0..50)
            .map(|caller| {
                let (entry, source) = (nodes[caller % 2].clone(), source.clone());
                tokio::spawn(async move { entry.get_or_set(|| source.load(7)).await })
            })
            .collect();
        source.has_begun(2).await;
        eventually(|| async { nodes[0].counts().waits >= 48 }).await;
        assert!(callers.iter().all(|caller| !caller.is_finished()), "nothing has failed yet");
        source.release();
        for caller in callers {
            assert_eq!(caller.await.unwrap(), Ok(1));
        }
        assert_eq!(source.loads(), 2);
    }

    // Bites: fails without `past < policy.revalidation_window()` in Age::of (age.rs).
    async fn a_value_in_its_window_is_served_while_one_caller_loads_it_anew(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "stale_window", ttl = "50ms")]
        struct Ages { cache: Cache }
        #[cache_strategy]
        impl Ages {
            #[cached(key = "n/<id>")]
            fn number(&self, id: u64) -> Entry<u64>;
        }
        let source = Source::new();
        let [one, other] = [&store.one, &store.other].map(|cache| {
            let entry = Ages { cache: cache.clone() }.number(7);
            entry.policy(|policy| policy.stale_while_revalidate(HOUR)).unwrap()
        });
        source.put(7, 1);
        assert_eq!(one.get_or_set(|| source.load(7)).await, Ok(1));
        old(&one).await;
        old(&other).await;
        source.put(7, 2);
        source.hold();
        let refresh = tokio::spawn({
            let (one, source) = (one.clone(), source.clone());
            async move { one.get_or_set(|| source.load(7)).await }
        });
        source.has_begun(2).await;
        for entry in [&one, &other] {
            assert_eq!(entry.get_or_set(|| source.load(7)).await, Ok(1));
            assert_eq!(entry.get().await, Some(1));
        }
        source.release();
        assert_eq!(refresh.await.unwrap(), Ok(2));
        assert_eq!((source.loads(), one.counts().stale), (2, 4));
        let lasting = other.policy(|policy| policy.ttl(Duration::from_secs(3600))).unwrap();
        assert_eq!(lasting.get_or_set(|| source.load(7)).await, Ok(2));
    }

    // Bites: fails without `.filter(|slot| slot.is(under))` in fill (store/memory/slot.rs), and `if not found` in fill.lua.
    async fn a_load_of_a_stale_value_is_revoked_like_every_other(store: Store) {
        #[cache_strategy(namespace = "stale_revoked", ttl = "50ms")]
        struct Ages { cache: Cache }
        #[cache_strategy]
        impl Ages {
            #[cached(key = "n/<id>")]
            fn number(&self, id: u64) -> Entry<u64>;
        }
        let source = Source::new();
        let entry = Ages { cache: store.one.clone() }.number(7);
        let entry = entry.policy(|policy| policy.stale_while_revalidate(HOUR)).unwrap();
        source.put(7, 1);
        assert_eq!(entry.get_or_set(|| source.load(7)).await, Ok(1));
        old(&entry).await;
        source.hold();
        let refresh = tokio::spawn({
            let (entry, source) = (entry.clone(), source.clone());
            async move { entry.get_or_set(|| source.load(7)).await }
        });
        source.has_begun(2).await;
        source.put(7, 2);
        entry.invalidate().await.unwrap();
        source.release();
        assert_eq!(refresh.await.unwrap(), Ok(1), "its caller came before the invalidation");
        assert_eq!(entry.counts().revoked_fills, 1);
        assert_eq!(entry.get().await, None);
        assert_eq!(entry.get_or_set(|| source.load(7)).await, Ok(2));
    }

    // Bites: fails without `(flights.give_back)(…)` in close (load/flight.rs).
    // Bites: fails without `Claim::Free` in Hold::give_back (load/hold.rs).
    async fn who_loads_anew_and_is_dropped_keeps_nobody_from_it(store: Store) {
        #[cache_strategy(namespace = "stale_dropped", ttl = "50ms")]
        struct Ages { cache: Cache }
        #[cache_strategy]
        impl Ages {
            #[cached(key = "n/<id>")]
            fn number(&self, id: u64) -> Entry<u64>;
        }
        let source = Source::new();
        let [one, other] = [&store.one, &store.other].map(|cache| {
            let entry = Ages { cache: cache.clone() }.number(7);
            entry.policy(|policy| policy.stale_while_revalidate(HOUR)).unwrap()
        });
        source.put(7, 1);
        assert_eq!(one.get_or_set(|| source.load(7)).await, Ok(1));
        old(&one).await;
        source.put(7, 2);
        source.hold();
        let refresh = tokio::spawn({
            let (one, source) = (one.clone(), source.clone());
            async move { one.get_or_set(|| source.load(7)).await }
        });
        source.has_begun(2).await;
        refresh.abort();
        assert!(refresh.await.unwrap_err().is_cancelled());
        source.release();
        // Without giving the claim back it would be ten minutes.
        eventually(|| async { other.get_or_set(|| source.load(7)).await == Ok(2) }).await;
    }

    // Bites: fails without `store.release(…)` in settle (load/lead.rs).
    async fn a_value_that_its_source_has_no_more_goes(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "stale_gone", ttl = "50ms")]
        struct Names { cache: Cache, #[skip] source: Source }
        #[cache_strategy]
        impl Names {
            #[cached(key = "name/<id>")]
            async fn name(&self, id: i64) -> Option<u64> { self.source.load(id).await.ok() }
        }
        let source = Source::new();
        let names = Names { cache: store.one.clone(), source: source.clone() };
        source.put(7, 1);
        // Through the entry, for a window; the function's own load then claims what stands there.
        let lasting = names.name_entry(7).policy(|policy| policy.stale_if_error(HOUR)).unwrap();
        assert_eq!(lasting.get_or_set(|| source.load(7)).await, Ok(1));
        old(&lasting).await;
        source.remove(7);
        assert_eq!(names.name(7).await, None);
        assert_eq!(lasting.get_or_set(|| source.load(7)).await, Err(Missing(7)), "there is nothing stale any more");
        assert_eq!(store.keys().await, 0);
    }

    // Bites: fails without `is_due(…)` in Age::of (age.rs).
    async fn a_value_is_loaded_anew_before_its_end(store: Store) {
        #[cache_strategy(namespace = "early", ttl = "1h")]
        struct Ages { cache: Cache }
        #[cache_strategy]
        impl Ages {
            #[cached(key = "n/<id>")]
            fn number(&self, id: u64) -> Entry<u64>;
        }
        let source = Source::new();
        let entry = Ages { cache: store.one.clone() }.number(7);
        // An hour before its end already, if only the last load took long enough.
        let ttl = Duration::from_secs(20);
        let entry = entry.policy(|policy| policy.early_refresh(Some(100.0)).ttl(ttl)).unwrap();
        source.put(7, 1);
        let begun = Instant::now();
        let slowly = || async { tokio::time::sleep(Duration::from_millis(50)).await; source.load(7).await };
        assert_eq!(entry.get_or_set(slowly).await, Ok(1));
        source.put(7, 2);
        eventually(|| async {
            let value = entry.get_or_set(slowly).await;
            assert!(entry.get().await.is_some(), "at every moment there is a fresh value");
            value == Ok(2)
        }).await;
        assert_eq!(entry.counts().stale, 0);
        assert!(begun.elapsed() < ttl, "it was not before its end");
    }
}
