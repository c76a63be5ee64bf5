//! The embedded store where there is no runtime, and with values that do things when they go.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails has to fail")]

use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use cache_runtime::__private::interleaving::{Standing, standing};
use cache_runtime::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone)]
#[cache_strategy(namespace = "embedded", ttl = 60)]
struct Values {
    cache: Cache,
}

fn values() -> Values {
    Values { cache: Cache::memory() }
}

/// An executor that is not Tokio's.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Arc::new(Unpark(thread::current())).into();
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        thread::park();
    }
}

#[test]
fn threads_without_a_runtime_read_and_invalidate_one_key() {
    let values = values();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let values = values.clone();
            thread::spawn(move || {
                for round in 0..10_000 {
                    if round % 2 == 0 {
                        block_on(values.invalidate(("n",))).unwrap();
                    }
                    let value = block_on(values.get_or_set(("n",), || async { Ok::<u64, ()>(1) }));
                    assert_eq!(value, Ok(1));
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("no panic");
    }
}

/// Were it dropped under the lock of the store, this would wait for itself.
#[test]
fn a_value_may_use_the_cache_when_it_is_dropped() {
    static VALUES: OnceLock<Values> = OnceLock::new();

    #[derive(Clone, Serialize, Deserialize)]
    struct Curious(u32);

    impl Drop for Curious {
        fn drop(&mut self) {
            if let Some(values) = VALUES.get() {
                let _: Option<u64> = block_on(values.get(("n",)));
            }
        }
    }

    let values = VALUES.get_or_init(values);
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        for round in 0..3 {
            block_on(values.set(("n",), &Curious(round))).unwrap();
        }
        done.send(()).unwrap();
    });
    is_done.recv_timeout(Duration::from_secs(30)).expect("it does not wait for itself");
}

/// Were it cloned under the lock of the store, this would wait for itself.
///
/// Bites: `true` for `is_arc` (read_embedded.rs).
#[test]
fn a_value_may_use_the_cache_when_it_is_cloned() {
    static VALUES: OnceLock<Values> = OnceLock::new();

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Curious(u32);

    impl Clone for Curious {
        fn clone(&self) -> Curious {
            if let Some(values) = VALUES.get() {
                block_on(values.set(("n",), &self.0)).unwrap();
            }
            Curious(self.0)
        }
    }

    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let values = values();
        block_on(values.set(("n",), &Curious(1))).unwrap();
        VALUES.get_or_init(|| values.clone());
        done.send((block_on(values.get::<Curious>(("n",))), block_on(values.get::<u32>(("n",))))).unwrap();
    });
    let read = is_done.recv_timeout(Duration::from_secs(30)).expect("it does not wait for itself");
    assert_eq!(read, (Some(Curious(1)), Some(1)));
}

#[test]
fn a_value_that_panics_when_it_is_dropped_takes_nothing_along() {
    static ARMED: AtomicBool = AtomicBool::new(false);

    #[derive(Clone, Serialize, Deserialize)]
    struct Mine(u32);

    impl Drop for Mine {
        fn drop(&mut self) {
            if ARMED.swap(false, Ordering::SeqCst) {
                panic!("on purpose");
            }
        }
    }

    let values = values();
    block_on(values.set(("n",), &Mine(1))).unwrap();
    ARMED.store(true, Ordering::SeqCst);
    let replaced = thread::spawn({
        let values = values.clone();
        move || block_on(values.set(("n",), &"another".to_owned()))
    });
    assert!(replaced.join().is_err(), "its own panic is the caller's");
    assert_eq!(block_on(values.get(("n",))), Some("another".to_owned()));
}

/// One that is not polled at the moment: a branch of a `select!`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiter_that_is_not_polled_does_not_keep_the_others_waiting() {
    let values = values();
    let hang = || async { std::future::pending::<Result<u64, ()>>().await };
    let load = |values: Values| async move { values.get_or_set(("n",), || async { Ok::<u64, ()>(1) }).await };
    let mut leader = Box::pin({
        let values = values.clone();
        async move { values.get_or_set(("n",), hang).await }
    });
    let poll = |future: &mut std::pin::Pin<Box<dyn Future<Output = Result<u64, ()>> + Send>>| {
        future.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop())).is_pending()
    };
    assert!(std::future::poll_fn(|context| Poll::Ready(leader.as_mut().poll(context).is_pending())).await);
    let mut parked: std::pin::Pin<Box<dyn Future<Output = Result<u64, ()>> + Send>> =
        Box::pin(load(values.clone()));
    assert!(poll(&mut parked));
    let waits = || values.entry::<u64>(("n",)).counts().waits;
    let before = waits();
    let waiter = tokio::spawn(load(values.clone()));
    while waits() == before {
        tokio::task::yield_now().await;
    }
    drop(leader);
    let taken = tokio::time::timeout(Duration::from_secs(5), waiter).await.expect("it took over");
    assert_eq!(taken.unwrap(), Ok(1));
    assert_eq!(parked.await, Ok(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_grow_in_place_are_bounded_too() {
    let cache = Cache::builder().memory_bytes(1 << 20).build().await.unwrap();
    let values = Values { cache: cache.clone() };
    for length in [1, 20_000] {
        for id in 0..3000_u32 {
            values.set(("n", id), &"x".repeat(length)).await.unwrap();
        }
    }
    let stats = CacheManager::new(&cache).stats().await.store;
    assert!(stats.bytes.unwrap() <= 1 << 20, "{stats:?}");
}

/// A body that is dropped on its way is gone, with what it holds, before anybody else may load.
// Bites: fails where the loader is made before the read: in Entry::near_or_load (entry/read.rs), or in what the macro makes of
// `Loads::InCaller` (cache-macros, expand/load.rs).
#[test]
fn what_a_dropped_load_holds_goes_before_its_lease() {
    #[cache_strategy(namespace = "embedded_dropped", ttl = 60)]
    struct Numbers {
        cache: Cache,
        #[skip]
        seen: OnceLock<Standing<u64>>,
    }

    #[cache_strategy]
    impl Numbers {
        #[cached(key = "n/<id>")]
        fn number(&self, id: u64) -> Entry<u64>;

        #[cached(key = "body/<id>")]
        async fn body(&self, id: u64) -> u64 {
            let _held = Held(|| self.seen.set(standing(&self.body_entry(id))).unwrap());
            pending().await
        }
    }

    struct Held<F: Fn()>(F);

    impl<F: Fn()> Drop for Held<F> {
        fn drop(&mut self) {
            (self.0)();
        }
    }

    fn begun_and_dropped(load: impl Future) {
        let mut load = Box::pin(load);
        assert!(load.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }

    let numbers = Numbers { cache: Cache::memory(), seen: OnceLock::new() };
    let (entry, seen) = (numbers.number(1), OnceLock::new());
    begun_and_dropped(entry.get_or_set(|| async {
        let _held = Held(|| seen.set(standing(&entry)).unwrap());
        pending::<Result<u64, ()>>().await
    }));
    begun_and_dropped(numbers.body(1));
    for (seen, entry) in [(&seen, entry.clone()), (&numbers.seen, numbers.body_entry(1))] {
        assert_eq!(seen.get(), Some(&Standing::Busy), "its lease is still there");
        assert_eq!(standing(&entry), Standing::Nothing);
    }
}
