//! Several processes on one server, some of which are killed or stopped in the middle of a load.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use cache_runtime::prelude::*;
use cache_tests::{RedisServer, wait_until};
use rustix::process::{Pid, Signal, kill_process};

/// A lease stands for 3 s, and nobody renews that of who is gone; the wait alone would be a minute.
const LEASE_AND_SLACK: Duration = Duration::from_secs(8);

/// What `race-worker` loads.
#[cache_strategy(namespace = "cold", ttl = 60, kind = "cache_aside")]
struct Cold {
    cache: Cache,
}

#[cache_strategy]
impl Cold {
    #[cached(key = "value/<id>")]
    fn value(&self, id: i64) -> Entry<i64>;
}

impl Cold {
    async fn on(server: &RedisServer) -> Cold {
        let builder = Cache::builder().url(server.url()).require_connection();
        let patient = builder.deadline(Duration::from_secs(30)).wait(Duration::from_secs(60));
        Cold { cache: patient.build().await.expect("a cache") }
    }

    async fn load(&self, value: i64) -> i64 {
        self.value(100).fetch(|| async move { Ok::<_, ()>(value) }).await.expect("it does not fail")
    }
}

fn worker(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_race-worker")).args(arguments).spawn().expect("the worker starts")
}

/// A worker in the middle of its load of the value 101.
fn loading(server: &RedisServer) -> Child {
    let worker = worker(&["load", &server.url()]);
    wait_until("it loads", || count(server, "loads") == 1);
    worker
}

fn send(worker: &Child, signal: Signal) {
    kill_process(Pid::from_child(worker), signal).expect("a signal");
}

/// A number in the database that the workers count in.
fn count(server: &RedisServer, what: &str) -> i64 {
    let script = "redis.call('SELECT', 1) return tonumber(redis.call('GET', KEYS[1]) or '0')";
    server.query(&["EVAL", script, "1", what])
}

fn set(server: &RedisServer, what: &str) {
    server.command(&["EVAL", "redis.call('SELECT', 1) redis.call('SET', KEYS[1], 1)", "1", what]);
}

// Bites: fails without `Some(slot) if !free` in lease (store/memory/slot.rs), and `if found then return found end` in lease.lua.
#[test]
fn a_thousand_misses_in_four_processes_run_one_load() {
    let server = RedisServer::start();
    let mut workers: Vec<Child> = (0..4).map(|_| worker(&["miss", &server.url(), "250"])).collect();
    wait_until("all processes are there", || count(&server, "ready") == 4);
    set(&server, "start");
    wait_until("all callers of all processes wait", || count(&server, "waiting") == 4);
    set(&server, "go");
    for worker in &mut workers {
        assert!(worker.wait().expect("it ends").success());
    }
    assert_eq!(count(&server, "loads"), 1);
}

// Bites: fails without `'PX', ARGV[2]` in lease.lua.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_is_killed_holds_nobody_longer_than_its_lease() {
    let server = RedisServer::start();
    let mut worker = loading(&server);
    send(&worker, Signal::KILL);
    worker.wait().expect("it ends");
    let (cold, started) = (Cold::on(&server).await, Instant::now());
    assert_eq!(cold.load(1).await, 1);
    println!("a leader that was killed held the next one for {:?}", started.elapsed());
    assert!(started.elapsed() < LEASE_AND_SLACK, "{:?}", started.elapsed());
    assert_eq!(cold.value(100).get().await, Some(1), "and its value is cached");
}

/// Stopped it can't renew its lease, and does not know that it is gone.
// Bites: fails without `.filter(|slot| slot.is(under))` in fill (store/memory/slot.rs), and `if not found` in fill.lua.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_is_stopped_holds_nobody_and_stores_nothing_when_it_goes_on() {
    let server = RedisServer::start();
    let mut worker = loading(&server);
    send(&worker, Signal::STOP);
    let (cold, started) = (Cold::on(&server).await, Instant::now());
    assert_eq!(cold.load(1).await, 1);
    println!("a leader that was stopped held the next one for {:?}", started.elapsed());
    assert!(started.elapsed() < LEASE_AND_SLACK, "{:?}", started.elapsed());
    assert_eq!(cold.value(100).invalidate().await, Ok(cache_runtime::Invalidated::Applied));
    assert_eq!(cold.load(2).await, 2);
    goes_on(&server, &mut worker);
    assert_eq!(cold.value(100).get().await, Some(2));
}

/// The same while its lease still stands: what takes that away is the invalidation.
// Bites: fails without `.filter(|slot| slot.is(under))` in fill (store/memory/slot.rs), and `if not found` in fill.lua.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_is_stopped_is_revoked_at_once() {
    let server = RedisServer::start();
    let mut worker = loading(&server);
    send(&worker, Signal::STOP);
    let cold = Cold::on(&server).await;
    assert_eq!(cold.value(100).invalidate().await, Ok(cache_runtime::Invalidated::Applied));
    assert_eq!(cold.load(2).await, 2);
    goes_on(&server, &mut worker);
    assert_eq!(cold.value(100).get().await, Some(2));
}

/// Its load returns 101, and what it does with that is done when the process has ended.
fn goes_on(server: &RedisServer, worker: &mut Child) {
    set(server, "go");
    send(worker, Signal::CONT);
    let mut ended = None;
    wait_until("the worker ends", || {
        ended = worker.try_wait().expect("it can be asked for");
        ended.is_some()
    });
    assert!(ended.is_some_and(|status| status.success()));
}
