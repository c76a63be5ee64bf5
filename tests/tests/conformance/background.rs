//! Loads in tasks: values served while they are loaded anew, callers that do not wait for ever, loads that outlive their callers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use cache_runtime::LoadTimeout;
use cache_runtime::prelude::*;
use cache_tests::eventually;

use crate::source::{Missing, Source};

#[derive(Clone, Debug, PartialEq)]
enum Failed {
    Missing,
    TookTooLong,
}

impl From<Missing> for Failed {
    fn from(_: Missing) -> Failed {
        Failed::Missing
    }
}

impl From<LoadTimeout> for Failed {
    fn from(_: LoadTimeout) -> Failed {
        Failed::TookTooLong
    }
}

/// Counts how often it is cloned into a task.
struct Handle {
    source: Source,
    clones: Arc<AtomicU64>,
}

impl Clone for Handle {
    fn clone(&self) -> Handle {
        self.clones.fetch_add(1, Ordering::Relaxed);
        Handle { source: self.source.clone(), clones: Arc::clone(&self.clones) }
    }
}

impl Handle {
    fn new(source: &Source) -> Handle {
        Handle { source: source.clone(), clones: Arc::default() }
    }
}

on_every_store! {
    // Bites: fails without `past < policy.revalidation_window()` in Age::of (age.rs).
    async fn a_value_is_served_while_a_task_loads_it_anew(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "swr", ttl = "50ms")]
        struct Numbers { cache: Cache, #[skip] handle: Handle }
        #[cache_strategy]
        impl Numbers {
            #[cached(key = "n/<id>", stale_while_revalidate = "1h")]
            async fn number(&self, id: i64) -> Result<u64, Failed> { Ok(self.handle.source.load(id).await?) }
        }
        let source = Source::new();
        let numbers = Numbers { cache: store.one.clone(), handle: Handle::new(&source) };
        let clones = || numbers.handle.clones.load(Ordering::Relaxed);
        source.put(7, 1);
        assert_eq!(numbers.number(7).await, Ok(1));
        let loaded = clones();
        source.put(7, 2);
        source.hold();
        eventually(|| async {
            assert_eq!(numbers.number(7).await, Ok(1));
            source.loads() == 2
        })
        .await;
        for _ in 0..10 {
            assert_eq!(numbers.number(7).await, Ok(1), "nobody waits for the source, which is held");
        }
        assert!(numbers.number_entry(7).counts().stale >= 10);
        source.release();
        eventually(|| async { numbers.number(7).await == Ok(2) }).await;
        assert!(loaded <= 1 && clones() <= source.loads(), "{} clones for {} loads: none for a hit", clones(), source.loads());
    }

    async fn who_has_waited_long_enough_gets_an_error_and_the_load_goes_on(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "hard", ttl = "1h")]
        struct Numbers { cache: Cache, #[skip] handle: Handle }
        #[cache_strategy]
        impl Numbers {
            #[cached(key = "n/<id>", load_timeout = "20ms")]
            async fn number(&self, id: i64) -> Result<u64, Failed> { Ok(self.handle.source.load(id).await?) }
        }
        let source = Source::new();
        let numbers = Numbers { cache: store.one.clone(), handle: Handle::new(&source) };
        source.put(7, 1);
        source.hold();
        assert_eq!(numbers.number(7).await, Err(Failed::TookTooLong));
        assert_eq!(numbers.number(7).await, Err(Failed::TookTooLong));
        assert_eq!(source.loads(), 1, "the second one waited for the same load");
        assert_eq!(numbers.number_entry(7).counts().load_timeouts, 2);
        source.release();
        eventually(|| async { numbers.number_entry(7).get().await == Some(1) }).await;
        assert_eq!((numbers.number(7).await, source.loads()), (Ok(1), 1), "what came late was stored");
    }

    async fn who_has_something_stale_waits_only_a_moment(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "soft", ttl = "50ms")]
        struct Numbers { cache: Cache, #[skip] handle: Handle }
        #[cache_strategy]
        impl Numbers {
            #[cached(key = "n/<id>", stale_if_error = "1h", soft_load_timeout = "5ms", load_timeout = "1h")]
            async fn number(&self, id: i64) -> Result<u64, Failed> { Ok(self.handle.source.load(id).await?) }
        }
        let source = Source::new();
        let numbers = Numbers { cache: store.one.clone(), handle: Handle::new(&source) };
        source.put(7, 1);
        assert_eq!(numbers.number(7).await, Ok(1));
        source.put(7, 2);
        source.hold();
        eventually(|| async { assert_eq!(numbers.number(7).await, Ok(1)); source.loads() == 2 }).await;
        assert_eq!(numbers.number(7).await, Ok(1));
        source.release();
        eventually(|| async { numbers.number(7).await == Ok(2) }).await;
    }

    // Bites: fails without `policy.is_detached()` in go_on (load/task.rs).
    async fn a_load_outlives_its_caller(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "detached", ttl = "1h")]
        struct Numbers { cache: Cache, #[skip] handle: Handle }
        #[cache_strategy]
        impl Numbers {
            #[cached(key = "n/<id>", detached)]
            async fn number(&self, id: i64) -> Result<u64, Failed> { Ok(self.handle.source.load(id).await?) }
        }
        let source = Source::new();
        let numbers = Numbers { cache: store.one.clone(), handle: Handle::new(&source) };
        source.put(7, 1);
        source.hold();
        let caller = tokio::spawn({ let numbers = numbers.clone(); async move { numbers.number(7).await } });
        source.has_begun(1).await;
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        source.release();
        eventually(|| async { numbers.number_entry(7).get().await == Some(1) }).await;
        assert_eq!(source.loads(), 1);
    }

    // Bites: fails without `resume_unwind(panic)` in hear (load/task.rs).
    async fn a_panic_in_a_task_reaches_its_caller(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "panics", ttl = "1h")]
        struct Numbers { cache: Cache }
        #[cache_strategy]
        impl Numbers {
            #[cached(key = "n/<id>", detached)]
            async fn number(&self, id: i64) -> u64 { panic!("no number {id}") }
        }
        let numbers = Numbers { cache: store.one.clone() };
        let caller = tokio::spawn({ let numbers = numbers.clone(); async move { numbers.number(7).await } });
        let panic = caller.await.unwrap_err().into_panic();
        assert_eq!(panic.downcast_ref::<String>().unwrap(), "no number 7");
        eventually(|| async { store.keys().await == 0 }).await;
    }

    // Bites: fails without `Claim::Failed(…)` in retry_later (load/lead.rs).
    async fn a_failing_source_is_tried_in_the_background_once_in_a_while(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "throttled", ttl = "50ms")]
        struct Numbers { cache: Cache, #[skip] handle: Handle }
        #[cache_strategy]
        impl Numbers {
            #[cached(key = "n/<id>", stale_while_revalidate = "1h", retry_after = "1h")]
            async fn number(&self, id: i64) -> Result<u64, Failed> { Ok(self.handle.source.load(id).await?) }
        }
        let source = Source::new();
        let numbers = Numbers { cache: store.one.clone(), handle: Handle::new(&source) };
        source.put(7, 1);
        assert_eq!(numbers.number(7).await, Ok(1));
        source.remove(7);
        eventually(|| async { numbers.number(7).await.unwrap(); numbers.number_entry(7).counts().load_errors == 1 }).await;
        let loads = source.loads();
        for _ in 0..20 {
            assert_eq!(numbers.number(7).await, Ok(1));
        }
        // One more may have begun before the failure of the first was said.
        assert!(source.loads() <= loads + 1, "{} loads", source.loads());
    }

    /// A load that a panic beside it takes along has not failed; one that panics has.
    // Bites: fails with `panicking()` alone in LoadOf::has_panicked (load/nested.rs); without `PANICKED` in Polled::drop there.
    async fn a_panic_beside_a_load_says_nothing_of_its_source(store: Store) {
        #[cache_strategy(namespace = "panics_beside", ttl = "50ms")]
        struct Numbers { cache: Cache }
        #[cache_strategy]
        impl Numbers {
            #[cached(key = "n/<id>")]
            fn number(&self, id: u64) -> Entry<u64>;
        }
        const HOUR: Duration = Duration::from_secs(3600);
        let (source, fresh) = (Source::new(), Numbers { cache: store.one.clone() }.number(7));
        let entry = fresh.clone().policy(|policy| policy.stale_if_error(Some(HOUR)).retry_after(HOUR)).unwrap();
        source.put(7, 1);
        assert_eq!(entry.get_or_set(|| source.load(7)).await, Ok(1));
        eventually(|| async { fresh.get().await.is_none() }).await;
        source.put(7, 2);
        source.hold();
        let (one, other) = (entry.clone(), source.clone());
        let task = tokio::spawn(async move {
            let panics = async {
                other.has_begun(2).await;
                panic!("something else");
            };
            let ((), _) = tokio::join!(panics, one.get_or_set(|| other.load(7)));
        });
        assert!(task.await.is_err());
        source.release();
        assert_eq!(entry.get_or_set(|| source.load(7)).await, Ok(2), "nothing has failed");
        eventually(|| async { fresh.get().await.is_none() }).await;
        let one = entry.clone();
        let broken = async || -> Result<u64, Missing> { panic!("the source is broken") };
        assert!(tokio::spawn(async move { one.get_or_set(broken).await }).await.is_err());
        let loads = source.loads();
        assert_eq!(entry.get_or_set(|| source.load(7)).await, Ok(2));
        assert_eq!(source.loads(), loads, "it is left alone");
    }

    // Bites: fails without `store.claim(…)` or `leader.settled()` in LeftAlone::drop (load/lead.rs).
    async fn so_is_one_that_panics(store: Store) {
        #[derive(Clone)]
        #[cache_strategy(namespace = "throttled_panics", ttl = "50ms")]
        struct Numbers { cache: Cache, #[skip] loads: Arc<AtomicUsize> }
        #[cache_strategy]
        impl Numbers {
            #[cached(key = "n/<id>", stale_while_revalidate = "1h", retry_after = "1h")]
            async fn number(&self, id: u64) -> u64 {
                assert_eq!(self.loads.fetch_add(1, Ordering::SeqCst), 0, "the source is broken");
                id
            }
        }
        let numbers = Numbers { cache: store.one.clone(), loads: Arc::default() };
        assert_eq!(numbers.number(7).await, 7);
        let panicked = async || {
            assert_eq!(numbers.number(7).await, 7);
            numbers.loads.load(Ordering::SeqCst) > 1
        };
        eventually(panicked).await;
        for _ in 0..20 {
            assert_eq!(numbers.number(7).await, 7);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // One more may have begun before the panic of the first was said.
        let loads = numbers.loads.load(Ordering::SeqCst);
        assert!(loads <= 3, "{loads} loads");
    }
}
