//! P3: concurrent misses of one key run one load.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_tests::{Counter, eventually};

use crate::kinds::Aside;
use crate::source::{Missing, Source};

on_every_store! {
    // Bites: fails without `is_polled()` in Arrival::unanswered (load/come.rs); without `polling(…)` in Read::poll (load/read_through.rs) and
    // `loading(…)` in load_owned (load/task.rs).
    async fn a_load_that_asks_for_its_own_entry_does_not_wait_for_itself(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "nested", ttl = 60)]
        struct Nested { cache: Cache, #[skip] loads: Arc<AtomicU64> }
        #[cache_strategy]
        impl Nested {
            #[cached(key = "here/<id>")]
            async fn here(&self, id: u64) -> u64 {
                if self.is_first() { Box::pin(self.between(id)).await } else { id }
            }
            #[cached(key = "between/<id>")]
            async fn between(&self, id: u64) -> u64 { Box::pin(self.here(id)).await }
            #[cached(key = "in_task/<id>", detached)]
            async fn in_task(&self, id: u64) -> u64 {
                if self.is_first() { again(self.clone(), id).await } else { id }
            }
        }
        impl Nested {
            fn is_first(&self) -> bool { self.loads.fetch_add(1, Ordering::SeqCst) == 0 }
        }
        fn again(nested: Nested, id: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
            Box::pin(async move { nested.in_task(id).await })
        }
        let nested = Nested { cache: store.one.clone(), loads: Arc::default() };
        assert_eq!(nested.here(7).await, 7);
        let (outer, inner) = (nested.here_entry(7).counts(), nested.between_entry(7).counts());
        assert_eq!((outer.loads, outer.waits, outer.misses), (2, 0, 2));
        assert_eq!((inner.loads, inner.waits), (1, 0));
        assert_eq!((nested.here_entry(7).get().await, nested.between_entry(7).get().await), (Some(7), Some(7)));
        nested.loads.store(0, Ordering::SeqCst);
        assert_eq!(nested.in_task(8).await, 8);
        let counts = nested.in_task_entry(8).counts();
        assert_eq!((counts.loads, counts.waits), (2, 0));
    }

    // Bites: fails without `if found then return found end` in lease.lua.
    async fn concurrent_misses_run_one_load(store: Store) {
        let source = Source::new();
        source.put(7, 1);
        let nodes = [Aside::new(&store.one, &source), Aside::new(&store.other, &source)];
        source.hold();
        let callers: Vec<_> = (0..200)
            .map(|caller| { let node = nodes[caller % 2].clone(); tokio::spawn(async move { node.number(7).await }) })
            .collect();
        source.has_begun(1).await;
        // Those who come while it loads wait for it, on both nodes.
        tokio::task::yield_now().await;
        source.release();
        for caller in callers {
            assert_eq!(caller.await.unwrap(), Ok(1));
        }
        assert_eq!(source.loads(), 1);
    }

    async fn a_value_is_loaded_once_and_then_hit(store: Store) {
        let source = Source::new();
        source.put(7, 1);
        let (one, other) = (Aside::new(&store.one, &source), Aside::new(&store.other, &source));
        for _ in 0..3 {
            assert_eq!(one.number(7).await, Ok(1));
            assert_eq!(other.number(7).await, Ok(1));
        }
        assert_eq!(source.loads(), 1);
        assert_eq!(one.number_uncached(7).await, Ok(1));
        assert_eq!(source.loads(), 2, "past the cache");
    }

    // Bites: fails without `miss.sharing.share(error)` in land (load/lead.rs).
    async fn an_error_is_shared_by_those_who_waited_and_never_cached(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "failing", ttl = 60)]
        struct Failing { cache: Cache, #[skip] source: Source }

        #[cache_strategy]
        impl Failing {
            #[cached(key = "number/<id>")]
            async fn number(&self, id: i64) -> Result<u64, Missing> { self.source.load(id).await }
        }

        let source = Source::new();
        let numbers = Failing { cache: store.one.clone(), source: source.clone() };
        source.hold();
        let callers: Vec<_> = (0..50)
            .map(|_| { let numbers = numbers.clone(); tokio::spawn(async move { numbers.number(7).await }) })
            .collect();
        eventually(|| async { numbers.number_entry(7).counts().waits == 49 }).await;
        source.release();
        for caller in callers {
            assert_eq!(caller.await.unwrap(), Err(Missing(7)));
        }
        assert_eq!(source.loads(), 1);
        assert_eq!(store.keys().await, 0, "the lease went back");
        source.put(7, 1);
        assert_eq!(numbers.number(7).await, Ok(1));
        let counts = numbers.number_entry(7).counts();
        assert_eq!((counts.loads, counts.load_errors, counts.shared, counts.fills), (2, 1, 49, 1));
    }

    async fn errors_are_copied_or_told_or_made_by_a_path_or_not_shared(store: Store) {
        /// Can't be copied, and can't be made from a message.
        #[derive(Debug)]
        struct Opaque;

        #[derive(Debug)]
        struct Coded(u16);

        fn same_code(error: &Coded) -> Coded { Coded(error.0) }

        #[derive(Clone)]
        #[cache_strategy(namespace = "errors", ttl = 60)]
        struct Errors { cache: Cache, #[skip] source: Source }

        #[cache_strategy]
        impl Errors {
            #[cached(key = "told/<id>")]
            async fn told(&self, id: i64) -> anyhow::Result<u64> {
                use anyhow::Context;
                self.source.load(id).await.map_err(|Missing(id)| anyhow::anyhow!("{id} is missing")).context("reading")
            }

            #[cached(key = "coded/<id>", share_error = same_code)]
            async fn coded(&self, id: i64) -> Result<u64, Coded> {
                self.source.load(id).await.map_err(|_| Coded(404))
            }

            #[cached(key = "opaque/<id>")]
            async fn opaque(&self, id: i64) -> Result<u64, Opaque> {
                self.source.load(id).await.map_err(|_| Opaque)
            }
        }

        let source = Source::new();
        let errors = Errors { cache: store.one.clone(), source: source.clone() };
        let mut loads = 0;
        for which in ["told", "coded", "opaque"] {
            source.hold();
            let callers: Vec<_> = (0..20).map(|_| {
                let errors = errors.clone();
                tokio::spawn(async move {
                    match which {
                        "told" => format!("{:#}", errors.told(1).await.unwrap_err()),
                        "coded" => errors.coded(1).await.unwrap_err().0.to_string(),
                        _ => format!("{:?}", errors.opaque(1).await.unwrap_err()),
                    }
                })
            }).collect();
            eventually(|| async {
                let counts = match which {
                    "told" => errors.told_entry(1).counts(),
                    "coded" => errors.coded_entry(1).counts(),
                    _ => errors.opaque_entry(1).counts(),
                };
                counts.waits == 19
            }).await;
            source.release();
            for caller in callers {
                let expected = match which { "told" => "reading: 1 is missing", "coded" => "404", _ => "Opaque" };
                assert_eq!(caller.await.unwrap(), expected);
            }
            loads += if which == "opaque" { 20 } else { 1 };
            assert_eq!(source.loads(), loads, "{which}");
        }
    }

    // Bites: fails without `place.late = true` in Line::late (load/line.rs).
    async fn a_caller_who_waits_too_long_loads_for_itself(store: Store) {
        let impatient = |url: Option<String>| {
            let builder = Cache::builder().deadline(Duration::from_secs(10)).wait(Duration::from_millis(50));
            match url { Some(url) => builder.url(url), None => builder }
        };
        let cache = impatient(store.server.as_ref().map(|server| server.url())).build().await.unwrap();
        let source = Source::new();
        source.put(7, 1);
        let numbers = Aside::new(&cache, &source);
        source.hold();
        let first = tokio::spawn({ let numbers = numbers.clone(); async move { numbers.number(7).await } });
        source.has_begun(1).await;
        let second = tokio::spawn({ let numbers = numbers.clone(); async move { numbers.number(7).await } });
        source.has_begun(2).await;
        source.release();
        assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(1), Ok(1)));
    }

    // Bites: fails without `with_ticks(…)` in load_under (load/lead.rs).
    async fn a_lease_is_renewed_while_its_load_lives(store: Store) {
        // In memory a lease has no end.
        let Some(server) = &store.server else { return };
        let lease = Duration::from_millis(600);
        let build = || {
            Cache::builder().deadline(Duration::from_secs(10)).wait(Duration::from_secs(60)).lease(lease).url(server.url()).build()
        };
        let (one, other) = (build().await.unwrap(), build().await.unwrap());
        let source = Source::new();
        source.put(7, 1);
        let (one, other) = (Aside::new(&one, &source), Aside::new(&other, &source));
        source.hold();
        let first = tokio::spawn({ let one = one.clone(); async move { one.number(7).await } });
        source.has_begun(1).await;
        let second = tokio::spawn(async move { other.number(7).await });
        // Without renewal the lease would be gone: the second one would load, and the first one's value be lost.
        let (entry, renewed, left) = (one.number_entry(7), Cell::new(0), Cell::new(i64::MAX));
        eventually(async || {
            let now = server.query(&["PTTL", entry.key().as_str()]);
            renewed.set(renewed.get() + u64::from(now > left.replace(now)));
            // Every third of the lease.
            renewed.get() >= 6
        }).await;
        source.release();
        assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(1), Ok(1)));
        assert_eq!(one.number_entry(7).get().await, Some(1));
        assert_eq!(source.loads(), 1);
    }

    async fn a_disabled_cache_always_loads(store: Store) {
        drop(store);
        let source = Source::new();
        source.put(7, 1);
        let numbers = Aside::new(&Cache::disabled(), &source);
        for loads in 1..=3 {
            assert_eq!(numbers.number(7).await, Ok(1));
            assert_eq!(source.loads(), loads);
        }
        assert_eq!(numbers.number_entry(7).get().await, None);
    }

    async fn a_hit_is_one_command_and_a_miss_is_three(store: Store) {
        let Some(server) = &store.server else { return };
        let runs = Counter::new();
        let numbers = Aside::new(&store.one, &Source::new());
        let entry = numbers.number_entry(7);
        let load = || entry.fetch(|| { let runs = runs.clone(); async move { Ok::<u64, ()>(runs.next()) } });
        server.command(&["CONFIG", "RESETSTAT"]);
        assert_eq!(load().await, Ok(1));
        assert_eq!((server.commands_processed("get"), server.commands_processed("evalsha")), (2, 2), "look, lease, fill; the GET in the lease's script is counted too");
        server.command(&["CONFIG", "RESETSTAT"]);
        for _ in 0..10 {
            assert_eq!(load().await, Ok(1));
        }
        assert_eq!((server.commands_processed("get"), server.commands_processed("evalsha")), (10, 0));
    }

    async fn counters_tell_what_happened(store: Store) {
        #[cache_strategy(namespace = "counted", ttl = 60, kind = "cache_aside")]
        struct Counted { cache: Cache }
        #[cache_strategy]
        impl Counted {
            #[cached(key = "value/<id>")]
            async fn value(&self, id: i64) -> Result<i64, String> {
                if id < 0 { Err("negative".into()) } else { Ok(id) }
            }
        }
        let counted = Counted { cache: store.one.clone() };
        let _ = (counted.value(1).await, counted.value(1).await, counted.value(-1).await);
        let counts = counted.value_entry(1).counts();
        assert_eq!((counts.hits, counts.misses, counts.loads), (1, 2, 2));
        assert_eq!((counts.load_errors, counts.fills, counts.shared), (1, 1, 0));
        assert_eq!(counts.hit_rate(), Some(1.0 / 3.0));
        assert!(counts.mean_load().is_some());
    }
}

// Bites: fails without `NO_END` for a lease's time in the memory store (store/memory/mod.rs).
#[tokio::test(start_paused = true)]
async fn in_memory_a_lease_has_no_end() {
    let cache = Cache::builder().lease(Duration::from_secs(1)).build().await.unwrap();
    let source = Source::new();
    let numbers = Aside::new(&cache, &source);
    source.put(7, 1);
    source.hold();
    let load = tokio::spawn({
        let numbers = numbers.clone();
        async move { numbers.number(7).await }
    });
    source.has_begun(1).await;
    tokio::time::advance(Duration::from_secs(1000)).await;
    source.release();
    assert_eq!(load.await.unwrap(), Ok(1));
    assert_eq!(numbers.number_entry(7).get().await, Some(1));
}
