//! A source that fails under many callers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cache_runtime::prelude::*;
use cache_tests::{Counter, RedisServer};

const CALLERS: u64 = 50;
const ONE_LOAD: Duration = Duration::from_millis(100);

/// A macro, so that each test counts for itself.
macro_rules! assert_one_failure_for_all {
    ($cache:expr) => {
        #[cache_strategy(namespace = "failing", ttl = 60, kind = "cache_aside")]
        struct Failing {
            cache: Cache,
        }

        #[cache_strategy]
        impl Failing {
            #[cached(key = "value/<id>")]
            fn value(&self, id: u64) -> Entry<u64>;
        }

        let (failing, runs) = (Arc::new(Failing { cache: $cache }), Counter::new());
        let (begin, begun) = tokio::sync::watch::channel(None);
        let call = |_| {
            let (failing, runs, begin) = (Arc::clone(&failing), runs.clone(), begin.clone());
            tokio::spawn(async move {
                let entry = failing.value(7);
                let load = || async {
                    runs.next();
                    // The load takes its time once all the others wait for it.
                    while entry.counts().waits < CALLERS - 1 {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                    begin.send_replace(Some(Instant::now()));
                    tokio::time::sleep(ONE_LOAD).await;
                    Err::<u64, _>("the source is down".to_owned())
                };
                entry.fetch(load).await
            })
        };
        let callers: Vec<_> = (0..CALLERS).map(call).collect();
        let mut errors = 0;
        for caller in callers {
            errors += u64::from(caller.await.expect("a caller") == Err("the source is down".to_owned()));
        }
        let took = begun.borrow().expect("it has begun").elapsed();
        println!(
            "a failing source: {CALLERS} callers had their error after {:.2} loads",
            took.div_duration_f64(ONE_LOAD)
        );
        assert_eq!((runs.count(), errors), (1, CALLERS));
    };
}

// Bites: fails without `miss.sharing.share(error)` in land (load/lead.rs).
// Bites: fails without `if !may_share` in Waiter::join (load/flight.rs), sharing with nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_share_one_failure_in_memory() {
    assert_one_failure_for_all!(Cache::memory());
}

// Bites: fails without `miss.sharing.share(error)` in land (load/lead.rs).
// Bites: fails without `if !may_share` in Waiter::join (load/flight.rs), sharing with nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_share_one_failure_on_redis() {
    let server = RedisServer::start();
    let cache = Cache::builder().url(server.url()).deadline(Duration::from_secs(10)).build().await.unwrap();
    assert_one_failure_for_all!(cache);
}
