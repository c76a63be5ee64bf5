//! P1 to P4 with real concurrency: tasks of one process on each store, and several processes on one server.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails has to fail")]

use std::process::{Child, Command};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use cache_runtime::prelude::*;
use cache_tests::races::{self, Source, Worker};
use cache_tests::{RedisCluster, RedisServer, eventually, wait_until};

/// The seed is new in each run, and printed when a test fails; `CACHE_TEST_SEED` repeats one.
fn seed() -> u64 {
    let seed = std::env::var("CACHE_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    seed.unwrap_or_else(|| u64::from(std::process::id()))
}

async fn fight(caches: &[Cache], source: &Source, workers: u64, count: u32) {
    let seed = seed();
    let tasks: Vec<_> = (0..workers)
        .map(|worker| {
            let mut worker =
                Worker::new(&caches[worker as usize % caches.len()], source, seed * 100 + worker);
            tokio::spawn(async move { worker.work(count).await })
        })
        .collect();
    for task in tasks {
        if let Err(stale) = task.await.expect("a worker") {
            panic!("CACHE_TEST_SEED={seed}: {stale}");
        }
    }
    at_rest(&caches[0], source, seed).await;
}

/// P2: the last value or nothing. A stale value would stay for its TTL of an hour, so waiting cures nothing but writers that
/// were dropped and are not done yet.
async fn at_rest(cache: &Cache, source: &Source, seed: u64) {
    let judge = Worker::new(cache, source, 1);
    let right =
        tokio::time::timeout(Duration::from_secs(20), eventually(async || judge.is_right().await)).await;
    assert!(right.is_ok(), "CACHE_TEST_SEED={seed}: the cache holds an old value at rest");
}

fn patient() -> cache_runtime::CacheBuilder {
    Cache::builder().deadline(Duration::from_secs(30)).wait(Duration::from_secs(60))
}

// Bites: fails without `seen == state.seen.as_ref()` in Waiter::join (load/flight.rs).
// Bites: fails without `self.events += 1` in Mark::contend (store/memory/slot.rs), and `events + 1` in mark.lua.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_read_is_stale_in_memory() {
    let cache = patient().build().await.unwrap();
    fight(&[cache], &Source::here(), 8, 5000).await;
}

/// So small that leases, marks and values are evicted all the time.
// Bites: fails without `began >= arrived ||` in Waiter::join (load/flight.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_read_is_stale_in_memory_under_evictions() {
    let cache = patient().memory_bytes(64 << 10).build().await.unwrap();
    let noise = tokio::spawn({
        let cache = cache.clone();
        async move {
            #[cache_strategy(namespace = "noise", ttl = 60)]
            struct Noise {
                cache: Cache,
            }
            let noise = Noise { cache };
            for id in 0_u64.. {
                noise.set((id % 1000,), &"x".repeat(2000)).await.unwrap();
                // Read again they are as much worth keeping as what the others fight over.
                for again in id.saturating_sub(10)..id {
                    let _: Option<String> = noise.get((again % 1000,)).await;
                }
                tokio::task::yield_now().await;
            }
        }
    });
    fight(&[cache], &Source::here(), 8, 3000).await;
    noise.abort();
}

// Bites: fails without `began >= arrived ||` in Waiter::join (load/flight.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_read_is_stale_on_redis() {
    let server = RedisServer::start();
    let (one, other) = (patient().url(server.url()).build(), patient().url(server.url()).build());
    let caches = [one.await.unwrap(), other.await.unwrap()];
    fight(&caches, &Source::here(), 8, 1500).await;
}

/// Slots move all the while, so that many calls are sent on, some of them while a key is in between.
// Bites: fails without `began >= arrived ||` in Waiter::join (load/flight.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_read_is_stale_on_a_cluster_whose_slots_move() {
    let cluster = tokio::task::spawn_blocking(RedisCluster::start).await.unwrap();
    let (one, other) = (patient().url(cluster.url()).build(), patient().url(cluster.url()).build());
    let caches = [one.await.unwrap(), other.await.unwrap()];
    let (stop, stopped) = mpsc::channel::<()>();
    let moving = tokio::task::spawn_blocking(move || {
        let slots: Vec<(u16, usize)> =
            races::keys().iter().map(|key| (cluster.slot(key), cluster.index_of(key))).collect();
        for round in 0.. {
            for (slot, home) in &slots {
                let (from, to) = ((home + round) % 3, (home + round + 1) % 3);
                cluster.begin_to_move(*slot, from, to);
                while !cluster.move_keys(*slot, from, to) {}
                cluster.end_move(*slot, from, to);
                if !matches!(stopped.try_recv(), Err(mpsc::TryRecvError::Empty)) {
                    return (cluster, round);
                }
            }
        }
        unreachable!("it goes on until it is stopped")
    });
    fight(&caches, &Source::here(), 8, 1000).await;
    drop(stop);
    let (_cluster, rounds) = moving.await.unwrap();
    assert!(rounds > 0, "every slot has moved");
}

fn worker(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_race-worker")).args(arguments).spawn().expect("the worker starts")
}

// Bites: fails without `.filter(|slot| slot.is(under))` in fill (store/memory/slot.rs), and `if not found` in fill.lua.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_read_is_stale_between_processes() {
    let server = RedisServer::start();
    let seed = seed();
    let workers: Vec<Child> = (0..2)
        .map(|process| worker(&["work", &server.url(), &(seed * 10 + process).to_string(), "600"]))
        .collect();
    for mut worker in workers {
        let status = tokio::task::spawn_blocking(move || worker.wait()).await.unwrap().unwrap();
        assert!(status.success(), "CACHE_TEST_SEED={seed}: see above");
    }
    let source = Source::there(&server.url()).await;
    at_rest(&patient().url(server.url()).build().await.unwrap(), &source, seed).await;
}

// Bites: fails without `Some(slot) if !free` in lease (store/memory/slot.rs), and `if found then return found end` in lease.lua.
#[test]
fn concurrent_misses_in_several_processes_run_one_load() {
    let server = RedisServer::start();
    let mut workers: Vec<Child> = (0..2).map(|_| worker(&["miss", &server.url(), "100"])).collect();
    wait_until("both processes are there", || on_counts(&server, "ready") == 2);
    server.command(&["EVAL", "redis.call('SELECT', 1) redis.call('SET', 'start', 1)", "0"]);
    wait_until("all callers of both processes wait", || on_counts(&server, "waiting") == 2);
    server.command(&["EVAL", "redis.call('SELECT', 1) redis.call('SET', 'go', 1)", "0"]);
    for worker in &mut workers {
        assert!(worker.wait().unwrap().success());
    }
    assert_eq!(on_counts(&server, "loads"), 1);
}

// Bites: fails without `'PX', ARGV[2]` in lease.lua.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_in_the_middle_of_a_load_holds_nobody_longer_than_its_lease() {
    let server = RedisServer::start();
    let mut hanging = worker(&["hang", &server.url()]);
    wait_until("it loads", || on_counts(&server, "loads") == 1);
    hanging.kill().unwrap();
    hanging.wait().unwrap();

    #[cache_strategy(namespace = "cold", ttl = 60, kind = "cache_aside")]
    struct Cold {
        cache: Cache,
    }
    #[cache_strategy]
    impl Cold {
        #[cached(key = "value/<id>")]
        async fn value(&self, id: i64) -> Result<i64, String> {
            Ok(id)
        }
    }
    let cold = Cold { cache: patient().url(server.url()).build().await.unwrap() };
    let started = Instant::now();
    assert_eq!(cold.value(5).await, Ok(5));
    assert_eq!(cold.value(100).await, Ok(100));
    // Its lease stands for 3 s, and nobody renews it; the wait alone would be 60 s.
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert_eq!(cold.value_entry(100).get().await, Some(100), "and the value is cached");
}

/// A number in the counts' database.
fn on_counts(server: &RedisServer, what: &str) -> i64 {
    server.query(&[
        "EVAL",
        "redis.call('SELECT', 1) return tonumber(redis.call('GET', KEYS[1]) or '0')",
        "1",
        what,
    ])
}
