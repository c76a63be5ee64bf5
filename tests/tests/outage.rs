//! A server that is not there, goes away, or does not answer: the function's result stands.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails has to fail")]

#[path = "support/log.rs"]
mod log;

use std::time::{Duration, Instant};

use cache_runtime::Invalidated;
use cache_runtime::prelude::*;
use cache_tests::{Counter, RedisServer, eventually};

/// Declares numbers. A test that reads counters declares its own: those of a declaration are one set for the whole process.
macro_rules! numbers {
    ($name:ident, $namespace:literal) => {
        #[derive(Clone)]
        #[cache_strategy(namespace = $namespace, ttl = 60, kind = "cache_aside")]
        struct $name {
            cache: Cache,
            #[skip]
            loads: Counter,
        }

        #[cache_strategy]
        #[allow(dead_code, reason = "not every test calls it")]
        impl $name {
            #[cached(key = "number/<id>")]
            async fn number(&self, id: u64) -> Result<u64, String> {
                self.loads.next();
                Ok(id)
            }
        }

        impl $name {
            fn new(cache: &Cache) -> $name {
                $name { cache: cache.clone(), loads: Counter::new() }
            }
        }
    };
}

numbers!(Numbers, "outage");

async fn reachable(cache: &Cache, expected: bool) {
    let manager = CacheManager::new(cache);
    eventually(async || manager.health_check().await.reachable == expected).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_error_and_is_found_later() {
    let mut server = RedisServer::start();
    server.stop();
    let cache = Cache::connect(&server.url()).await.expect("an unreachable server is no error");
    let numbers = Numbers::new(&cache);
    assert_eq!((numbers.number(7).await, numbers.number(7).await), (Ok(7), Ok(7)));
    assert_eq!(numbers.loads.count(), 2);
    let health = CacheManager::new(&cache).health_check().await;
    assert!(!health.reachable && health.error.is_some(), "{health:?}");
    assert_eq!(numbers.number_entry(7).invalidate().await, Ok(Invalidated::Queued));

    server.restart();
    reachable(&cache, true).await;
    assert_eq!((numbers.number(7).await, numbers.number(7).await), (Ok(7), Ok(7)));
    assert_eq!(numbers.loads.count(), 3);
}

#[tokio::test]
async fn the_builder_can_ask_for_the_error() {
    let mut server = RedisServer::start();
    server.stop();
    let error = Cache::builder().url(server.url()).require_connection().build().await.unwrap_err();
    assert!(matches!(error, CacheError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains(&server.port().to_string()), "{error}");
}

#[tokio::test]
async fn a_server_that_goes_away_never_fails_a_function_and_is_logged_once() {
    numbers!(Counted, "outage_lost");
    let log = log::capture();
    let mut server = RedisServer::start();
    let cache = Cache::connect(&server.url()).await.unwrap();
    let numbers = Counted::new(&cache);
    assert_eq!(numbers.number(1).await, Ok(1));
    server.kill();
    for id in 0..500 {
        assert_eq!(numbers.number(id).await, Ok(id));
    }
    reachable(&cache, false).await;
    assert!(numbers.number_entry(1).counts().store_errors > 0);
    server.restart();
    reachable(&cache, true).await;
    let before = numbers.loads.count();
    assert_eq!((numbers.number(1).await, numbers.number(1).await), (Ok(1), Ok(1)));
    assert_eq!(numbers.loads.count(), before + 1, "cached again");
    assert_eq!(log.lines("is lost").len(), 1, "{}", log.text());
    assert_eq!(log.lines("connected to the cache server").len(), 1, "{}", log.text());
}

#[tokio::test]
async fn bytes_of_others_are_said_once_and_counted() {
    #[cache_strategy(namespace = "foreign", ttl = 60)]
    struct Foreign {
        cache: Cache,
    }

    #[cache_strategy]
    impl Foreign {
        #[cached(key = "value/<id>")]
        async fn value(&self, id: u64) -> u64 {
            id
        }
    }

    let log = log::capture();
    let server = RedisServer::start();
    let foreign = Foreign { cache: Cache::connect(&server.url()).await.unwrap() };
    for _ in 0..5 {
        server.command(&["SET", foreign.value_entry(1).key().as_str(), "theirs"]);
        assert_eq!(foreign.value(1).await, 1);
    }
    assert_eq!(log.lines("no record").len(), 1, "{}", log.text());
    assert_eq!(foreign.value_entry(1).counts().undecodable, 5);
}

// Bites: fails without `wake_by_ref()`, or with `return Poll::Pending` for `Clock::Starts`, in Budget::poll_step (store/spend.rs).
#[tokio::test]
async fn a_server_that_does_not_answer_costs_one_deadline_and_is_noticed() {
    let server = RedisServer::start();
    let cache =
        Cache::builder().url(server.url()).deadline(Duration::from_millis(200)).build().await.unwrap();
    let numbers = Numbers::new(&cache);
    assert_eq!(numbers.number(1).await, Ok(1));
    server.pause();
    let started = Instant::now();
    assert_eq!(numbers.number(1).await, Ok(1));
    // One deadline for the read, the lease and the fill together. The machine may be slow, but three would be seen.
    assert!(started.elapsed() < Duration::from_millis(550), "{:?}", started.elapsed());
    reachable(&cache, false).await;
    for id in 0..500 {
        assert_eq!(numbers.number(id).await, Ok(id));
    }
    server.resume();
    reachable(&cache, true).await;
    numbers.number(1).await.unwrap();
    assert_eq!(numbers.number_entry(1).get().await, Some(1));
}

/// One load that had begun when the others came, and one for all of these: where nothing can be seen in the store, nobody may
/// share a load that is older than he is. A macro, so that each test counts for itself.
macro_rules! assert_two_loads_at_the_most {
    ($cache:expr) => {
        #[derive(Clone)]
        #[cache_strategy(namespace = "crowd", ttl = 60)]
        struct Crowd {
            cache: Cache,
            #[skip]
            gate: std::sync::Arc<tokio::sync::Semaphore>,
            #[skip]
            loads: Counter,
        }

        #[cache_strategy]
        impl Crowd {
            #[cached(key = "value/<id>")]
            async fn value(&self, id: u64) -> Result<u64, String> {
                let load = self.loads.next();
                self.gate.acquire().await.map_err(|_| "closed".to_owned())?.forget();
                Ok(id + load)
            }
        }

        let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
        let crowd = Crowd { cache: $cache, gate, loads: Counter::new() };
        let call = || {
            let crowd = crowd.clone();
            tokio::spawn(async move { crowd.value(10).await })
        };
        let first = call();
        while crowd.loads.count() == 0 {
            tokio::task::yield_now().await;
        }
        let others: Vec<_> = (0..49).map(|_| call()).collect();
        // One of them leads, and waits for its turn.
        let others_wait = async {
            while crowd.value_entry(10).counts().waits < 48 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), others_wait).await.expect("the others load at once");
        assert_eq!(crowd.loads.count(), 1);
        crowd.gate.add_permits(2);
        assert_eq!(first.await.unwrap(), Ok(11));
        for other in others {
            assert_eq!(other.await.unwrap(), Ok(12), "loaded after it came");
        }
        assert_eq!(crowd.loads.count(), 2);
    };
}

// Bites: fails without `leader.turn(…)` in lead (load/lead.rs).
#[tokio::test]
async fn concurrent_misses_run_two_loads_at_the_most_while_the_server_is_down() {
    let mut server = RedisServer::start();
    let cache = Cache::connect(&server.url()).await.unwrap();
    server.kill();
    reachable(&cache, false).await;
    assert_two_loads_at_the_most!(cache);
}

/// The server answers, and grants no lease.
// Bites: fails without `if !may_share` in Waiter::join (load/flight.rs), sharing with nobody.
#[tokio::test]
async fn concurrent_misses_run_two_loads_at_the_most_while_the_server_is_full() {
    let server = RedisServer::start();
    let cache = Cache::builder().url(server.url()).deadline(Duration::from_secs(10)).build().await.unwrap();
    server.command(&["CONFIG", "SET", "maxmemory", "1"]);
    assert_two_loads_at_the_most!(cache);
}

/// A future that holds a lease may be dropped anywhere.
#[test]
fn a_load_may_be_dropped_outside_of_the_runtime() {
    let server = RedisServer::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let cache = runtime.block_on(Cache::connect(&server.url())).unwrap();
    let entry = Numbers::new(&cache).number_entry(7);
    let begun = Counter::new();
    let mut load = Box::pin(entry.fetch(|| async {
        begun.next();
        std::future::pending::<Result<u64, ()>>().await
    }));
    runtime.block_on(async {
        while begun.count() == 0 {
            tokio::select! {
                biased;
                _ = &mut load => {}
                () = tokio::task::yield_now() => {}
            }
        }
    });
    drop(load);
}

// Bites: fails without `wake_by_ref()`, or with `return Poll::Pending` for `Clock::Starts`, in Budget::poll_step (store/spend.rs).
#[tokio::test]
async fn many_targets_cost_one_deadline_where_the_server_does_not_answer() {
    #[cache_strategy(namespace = "targets", ttl = 60, kind = "cache_aside")]
    struct Targets {
        cache: Cache,
    }

    #[cache_strategy]
    impl Targets {
        #[cached(key = "value/<id>")]
        async fn value(&self, id: i64) -> i64 {
            id
        }

        #[cache_invalidate(self.value(1), self.value(2), self.value(3), self.value(*), self.value(5))]
        async fn change(&self) {}
    }

    let server = RedisServer::start();
    let cache =
        Cache::builder().url(server.url()).deadline(Duration::from_millis(200)).build().await.unwrap();
    let targets = Targets { cache };
    assert_eq!(targets.value(1).await, 1);
    server.pause();
    let started = Instant::now();
    targets.change().await;
    // Five of them would be a second.
    assert!(started.elapsed() < Duration::from_millis(550), "{:?}", started.elapsed());
    server.resume();
}

/// All calls share one connection: what is never there in time would hold up all of them each time that it is read.
// Bites: fails without `look_whether_too_large(…)` in Call::not_read (read.rs).
#[tokio::test]
async fn what_is_too_large_to_be_read_in_time_is_removed() {
    let server = RedisServer::start();
    let cache = Cache::builder().url(server.url()).deadline(Duration::from_millis(10)).build().await.unwrap();
    let numbers = Numbers::new(&cache);
    let key = numbers.number_entry(7).key().to_string();
    server.command(&["SETRANGE", &key, "400000000", "x"]);
    let reading = async {
        while server.query::<u64>(&["STRLEN", &key]) > 1000 {
            assert_eq!(numbers.number(7).await, Ok(7));
        }
    };
    tokio::time::timeout(Duration::from_secs(30), reading).await.expect("it is still there");
    reachable(&cache, true).await;
}

/// A server that answers, but later than any call waits for: heartbeats alone would not tell.
// Bites: fails without `>= LATE_IN_A_ROW` in Waiting::drop (store/redis/supervisor/mod.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_too_slow_is_left_alone_until_it_is_quick_again() {
    let server = RedisServer::start();
    let proxy = cache_tests::Proxy::start(server.port()).await;
    let deadline = Duration::from_millis(50);
    let cache =
        Cache::builder().url(proxy.url()).deadline(deadline).require_connection().build().await.unwrap();
    let numbers = Numbers::new(&cache);
    proxy.delay(Duration::from_millis(120));
    for id in 0..5 {
        assert_eq!(numbers.number(id).await, Ok(id));
    }
    let open = Instant::now();
    for id in 0..1000 {
        assert_eq!(numbers.number(id).await, Ok(id));
    }
    // Were each of them to wait for its deadline, this would be 50 s.
    assert!(open.elapsed() < Duration::from_secs(5), "{:?}", open.elapsed());
    assert!(!CacheManager::new(&cache).health_check().await.reachable);
    proxy.delay(Duration::ZERO);
    reachable(&cache, true).await;
    numbers.number(1).await.unwrap();
    assert_eq!(numbers.number_entry(1).get().await, Some(1));
}

#[tokio::test]
async fn malformed_urls_are_errors_at_connect() {
    for url in
        ["", "localhost", "http://localhost", "redis://", "redis://host:notaport", "redis://localhost/notadb"]
    {
        let error = Cache::connect(url).await.unwrap_err();
        assert!(matches!(error, CacheError::InvalidUrl { .. }), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn refused_credentials_are_an_error_at_connect_and_good_ones_are_not() {
    let server = RedisServer::with().password("s3cret-default").start();
    let port = server.port();
    server.command(&["ACL", "SETUSER", "reader", "on", ">s3cret", ">p@ss:w/rd", "~*", "+@all"]);
    for url in [
        format!("redis://127.0.0.1:{port}"),
        format!("redis://:wrong-s3cret@127.0.0.1:{port}"),
        format!("redis://reader:wrong-s3cret@127.0.0.1:{port}"),
        format!("redis://nobody:wrong-s3cret@127.0.0.1:{port}"),
    ] {
        let error = Cache::connect(&url).await.unwrap_err();
        assert!(matches!(error, CacheError::Refused { .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
    for url in [
        server.url(),
        format!("redis://reader:p%40ss%3Aw%2Frd@127.0.0.1:{port}"),
        format!("redis://reader:s3cret@127.0.0.1:{port}"),
        format!("valkey://reader:s3cret@127.0.0.1:{port}/1"),
    ] {
        assert_works(&Cache::builder().url(url).require_connection().build().await.unwrap()).await;
    }
}

#[tokio::test]
async fn unix_sockets_work() {
    let server = RedisServer::with().unix_socket().start();
    assert_works(&Cache::builder().url(server.unix_url()).require_connection().build().await.unwrap()).await;
}

/// The certificate's authority is the system's: a process of its own is told another one by its environment.
#[cfg(feature = "tls")]
#[tokio::test]
async fn tls_works_and_is_not_given_to_strangers() {
    let certificates = cache_tests::Certificates::generate();
    let server = RedisServer::with().tls(&certificates).start();
    let stranger = Cache::builder().url(server.tls_url()).require_connection().build().await;
    assert!(matches!(stranger, Err(CacheError::Unavailable { .. })), "{stranger:?}");

    let trusted = server.directory().join("trusted.pem");
    std::fs::write(&trusted, certificates.authority()).unwrap();
    let worker = std::process::Command::new(env!("CARGO_BIN_EXE_race-worker"))
        .args(["connect", &server.tls_url()])
        .env("SSL_CERT_FILE", &trusted)
        .status();
    assert!(worker.unwrap().success());
}

#[cfg(not(feature = "tls"))]
#[tokio::test]
async fn tls_without_its_feature_is_an_error_that_names_it() {
    let error = Cache::connect("rediss://localhost").await.unwrap_err();
    assert!(error.to_string().contains("needs the feature `tls`"), "{error}");
}

async fn assert_works(cache: &Cache) {
    let numbers = Numbers::new(cache);
    numbers.number_entry(7).invalidate().await.unwrap();
    assert_eq!((numbers.number(7).await, numbers.number(7).await), (Ok(7), Ok(7)));
    assert_eq!(numbers.loads.count(), 1);
}

#[tokio::test]
async fn a_password_appears_nowhere() {
    let log = log::capture();
    let mut server = RedisServer::with().password("s3cret").start();
    let cache = Cache::connect(&server.url()).await.unwrap();
    let numbers = Numbers::new(&cache);
    numbers.number(1).await.unwrap();
    let manager = CacheManager::new(&cache);
    let shown = format!(
        "{cache} {cache:?} {:?} {manager:?} {:?}",
        numbers.number_entry(1),
        manager.health_check().await
    );
    server.kill();
    reachable(&cache, false).await;
    numbers.number(1).await.unwrap();
    while log.lines("is lost").is_empty() {
        tokio::task::yield_now().await;
    }
    let errors =
        format!("{:?} {:?}", numbers.number_entry(1).invalidate().await, manager.health_check().await);
    let builder = format!("{:?}", Cache::builder().url(server.url()));
    for text in [shown, errors, builder, log.text()] {
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[tokio::test]
async fn settings_out_of_range_are_errors_that_name_them() {
    let zero = Duration::ZERO;
    for (builder, setting) in [
        (Cache::builder().deadline(zero), "deadline"),
        (Cache::builder().lease(zero), "lease"),
        (Cache::builder().wait(Duration::from_secs(1 << 40)), "wait"),
        (Cache::builder().write_mark(zero), "write_mark"),
        (Cache::builder().connect_timeout(zero), "connect_timeout"),
        (Cache::builder().memory_bytes(64), "memory_bytes"),
        (Cache::builder().max_value_bytes(0), "max_value_bytes"),
    ] {
        let error = builder.build().await.unwrap_err();
        assert!(
            matches!(&error, CacheError::InvalidSetting { setting: named, .. } if *named == setting),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_last_handle_takes_the_connection_along() {
    let server = RedisServer::start();
    let connections = || server.query::<String>(&["CLIENT", "LIST", "TYPE", "normal"]).lines().count();
    let before = connections();
    let cache = Cache::connect(&server.url()).await.unwrap();
    let numbers = Numbers::new(&cache);
    numbers.number(1).await.unwrap();
    assert_eq!(connections(), before + 1);
    drop((cache, numbers));
    eventually(async || connections() <= before).await;
}

/// Without a runtime there is no clock; the embedded store needs none.
#[test]
fn the_embedded_store_works_without_a_runtime() {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    let numbers = Numbers::new(&Cache::memory());
    for _ in 0..2 {
        let polled = pin!(numbers.number(7)).poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(polled, Poll::Ready(Ok(7)));
    }
    assert_eq!(numbers.loads.count(), 1);
}

/// A packaged server saves now and then by default, and comes back with what it has saved.
// Bites: fails without `stored.created() < not_before` in Call::value (read.rs).
#[tokio::test]
async fn a_server_that_comes_back_with_an_old_snapshot_is_not_believed() {
    numbers!(Counted, "outage_snapshot");
    for trusts in [false, true] {
        let mut server = RedisServer::start();
        let builder = Cache::builder().url(server.url()).require_connection();
        let builder = if trusts { builder.trust_restarts() } else { builder };
        let cache = builder.build().await.unwrap();
        let numbers = Counted::new(&cache);
        let entry = numbers.number_entry(7);
        assert_eq!(entry.get_or_set(|| async { Ok::<_, String>(1) }).await, Ok(1));
        server.command(&["SAVE"]);
        assert_eq!(entry.invalidate().await, Ok(Invalidated::Applied));
        server.kill();
        reachable(&cache, false).await;
        server.restart();
        reachable(&cache, true).await;
        assert_eq!(
            server.query::<u64>(&["EXISTS", entry.key().as_str()]),
            1,
            "the invalidated value is back"
        );
        assert_eq!(entry.get().await, trusts.then_some(1));
        if !trusts {
            assert_eq!(entry.counts().restart_misses, 1);
            // What is stored from now on is believed, also by who connects later.
            assert_eq!(entry.get_or_set(|| async { Ok::<_, String>(2) }).await, Ok(2));
            let later = Counted::new(&Cache::connect(&server.url()).await.unwrap());
            assert_eq!(later.number_entry(7).get().await, Some(2));
        }
    }
}

// Bites: fails without `boot.is_in(&found, &run)` in Shared::keep_boot (store/redis/supervisor/boot.rs), returning always.
#[tokio::test]
async fn a_flush_does_not_make_what_comes_after_it_old() {
    let server = RedisServer::start();
    let cache = Cache::builder().url(server.url()).require_connection().build().await.unwrap();
    server.command(&["FLUSHALL"]);
    let entry = Numbers::new(&cache).number_entry(7);
    assert_eq!(entry.get_or_set(|| async { Ok::<_, String>(1) }).await, Ok(1));
    // With a sign of life the record is written again; before that a new connection would distrust everything.
    eventually(async || server.query::<u64>(&["EXISTS", "#boot"]) == 1).await;
    let later = Numbers::new(&Cache::connect(&server.url()).await.unwrap());
    assert_eq!(later.number_entry(7).get().await, Some(1));
}
