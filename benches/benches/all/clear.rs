//! Clearing a namespace: how long it takes, how long its steps keep the server, and how long others wait meanwhile.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cache_benches::run::{builder, runtime};
use cache_benches::{Contest, Goal, Profile, Table, Turns, Unit, by_hand};
use cache_runtime::CacheManager;
use cache_tests::RedisServer;
use redis::aio::MultiplexedConnection;
use tokio::runtime::Runtime;

/// So many keys, so often in a row: the larger sizes are compared, so each keeps the machine for about as long.
const SIZES: [(u64, usize); 3] = [(10, 10), (1000, 500), (1_000_000, 1)];
const TURNS: usize = 5;

pub(crate) fn run(table: &mut Table) {
    table.section("Clearing a namespace");
    let seen: [RefCell<Vec<Seen>>; SIZES.len()] = Default::default();
    let mut contest = Contest::default();
    for ((size, times), seen) in SIZES.into_iter().zip(&seen) {
        contest = contest
            .with("ours", move || time_ours(size, times, &mut seen.borrow_mut()))
            .with("`SCAN` and `UNLINK` by hand", move || time_by_hand(size, times));
    }
    let turns = contest.run(TURNS);
    // Which of them are ours and by hand, of each size.
    let who: [(usize, usize); SIZES.len()] = std::array::from_fn(|size| (2 * size, 2 * size + 1));
    for (((size, _), seen), (ours, by_hand)) in SIZES.into_iter().zip(&seen).zip(who) {
        table.compare(
            &format!("{size} keys"),
            Unit::Nanoseconds,
            turns.median(ours) * size as f64,
            turns.name(by_hand),
            turns.median(by_hand) * size as f64,
            turns.ratio(ours, by_hand),
            Goal::Shown,
        );
        let least = |of: fn(&Seen) -> f64| seen.borrow().iter().map(of).fold(f64::INFINITY, f64::min);
        table.figure(
            &format!("{size} keys, the server's longest step by its own clock"),
            Unit::Nanoseconds,
            least(|seen| seen.longest_step),
            Goal::AtMost(5e6),
        );
        table.figure(
            &format!("{size} keys, the longest that a second client waited"),
            Unit::Nanoseconds,
            least(|seen| seen.longest_wait),
            Goal::AtMost(5e6),
        );
        table.figure(
            &format!("{size} keys, the same for as long while nothing is cleared"),
            Unit::Nanoseconds,
            least(|seen| seen.idle_wait),
            Goal::Shown,
        );
    }
    let [_, (thousand, thousand_by_hand), (million, million_by_hand)] = who;
    let by_hand = (million_by_hand, thousand_by_hand);
    compare_a_key(table, &turns, "a key of 1,000,000", (million, thousand), Goal::AtMost(1.5));
    compare_a_key(table, &turns, "by hand, a key of 1,000,000", by_hand, Goal::Shown);
    table.note(
        "A longest step of 0.5 ms says that none took longer. The longest are those of the clear in which they were shortest: what \
         clearing itself takes, it takes in each, and a machine that gives a processor to somebody else for some milliseconds does \
         so in one or another. By hand nobody looks whether a key is being written. A million keys have no room in the processor's \
         caches, whoever clears them.",
    );
}

/// What a key costs among a million, beside one of a thousand.
fn compare_a_key(
    table: &mut Table,
    turns: &Turns,
    name: &str,
    (million, thousand): (usize, usize),
    goal: Goal,
) {
    table.compare(
        name,
        Unit::Nanoseconds,
        turns.median(million),
        "a key of 1,000",
        turns.median(thousand),
        turns.ratio(million, thousand),
        goal,
    );
}

/// What else was seen of a clear, in nanoseconds.
struct Seen {
    longest_step: f64,
    longest_wait: f64,
    idle_wait: f64,
}

/// Nanoseconds for a key, of so many clears one after the other on a server of their own.
fn time_ours(size: u64, times: usize, seen: &mut Vec<Seen>) -> f64 {
    let (server, runtime) = (RedisServer::start(), runtime(1));
    let cache = runtime.block_on(builder(&server.url()).build()).expect("a cache");
    let manager = CacheManager::new(&cache);
    // Such steps are the ones to know of, and few enough not to keep the server.
    server.command(&["CONFIG", "SET", "slowlog-log-slower-than", "500"]);
    server.command(&["CONFIG", "SET", "slowlog-max-len", "100000"]);
    let namespace = Namespace { url: &server.url(), runtime: &runtime, size };
    let clear = || runtime.block_on(manager.clear_namespace("cleared")).expect("cleared");
    let took = (0..times).map(|_| {
        server.command(&["SLOWLOG", "RESET"]);
        let cleared = namespace.cleared(clear);
        let longest_step = longest_step(&server);
        let end = Instant::now() + cleared.took;
        let idle_wait = longest_wait(&server.url(), || Instant::now() >= end);
        seen.push(Seen { longest_step, longest_wait: cleared.longest_wait, idle_wait });
        cleared.took
    });
    of_a_key(took.sum(), size, times)
}

/// The same, as one would write it by hand.
fn time_by_hand(size: u64, times: usize) -> f64 {
    let (server, runtime) = (RedisServer::start(), runtime(1));
    let namespace = Namespace { url: &server.url(), runtime: &runtime, size };
    let connection = runtime.block_on(by_hand::connection(&server.url()));
    let clear = || runtime.block_on(clear_by_hand(connection.clone()));
    of_a_key((0..times).map(|_| namespace.cleared(clear).took).sum(), size, times)
}

fn of_a_key(took: Duration, size: u64, times: usize) -> f64 {
    took.as_nanos() as f64 / (size as f64 * times as f64)
}

/// The one that is cleared, with so many keys.
struct Namespace<'a> {
    url: &'a str,
    runtime: &'a Runtime,
    size: u64,
}

struct Cleared {
    took: Duration,
    longest_wait: f64,
}

impl Namespace<'_> {
    /// Fills it, and clears it beside a second client.
    fn cleared(&self, clear: impl FnOnce() -> u64) -> Cleared {
        self.runtime.block_on(fill(self.url, self.size));
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| longest_wait(self.url, || done.load(Ordering::SeqCst)));
            let started = Instant::now();
            let gone = clear();
            let took = started.elapsed();
            done.store(true, Ordering::SeqCst);
            assert_eq!(gone, self.size);
            Cleared { took, longest_wait: waiting.join().expect("the second client") }
        })
    }
}

/// Keys of the namespace with profiles, written by hand.
async fn fill(url: &str, size: u64) {
    let mut connection = by_hand::connection(url).await;
    let json = serde_json::to_vec(&Profile::of(1)).expect("JSON");
    let ids: Vec<u64> = (0..size).collect();
    for ids in ids.chunks(1000) {
        let mut commands = redis::pipe();
        for id in ids {
            commands.cmd("SET").arg(format!("cleared:v1:user:{id}:profile")).arg(&json).ignore();
        }
        commands.exec_async(&mut connection).await.expect("SET");
    }
}

/// What one would write by hand, in steps as large as ours. Gives how many keys went.
async fn clear_by_hand(mut connection: MultiplexedConnection) -> u64 {
    let (mut cursor, mut gone) = (String::from("0"), 0);
    loop {
        let mut scan = redis::cmd("SCAN");
        scan.arg(cursor).arg("MATCH").arg("cleared:*").arg("COUNT").arg(250);
        let (next, keys): (String, Vec<Vec<u8>>) = scan.query_async(&mut connection).await.expect("SCAN");
        if !keys.is_empty() {
            let unlinked: u64 =
                redis::cmd("UNLINK").arg(keys).query_async(&mut connection).await.expect("UNLINK");
            gone += unlinked;
        }
        if next == "0" {
            return gone;
        }
        cursor = next;
    }
}

/// Nanoseconds of the longest command by the server's own account; 0.5 ms where none took longer.
fn longest_step(server: &RedisServer) -> f64 {
    let slow: Vec<Vec<redis::Value>> = server.query(&["SLOWLOG", "GET", "-1"]);
    let micros = slow.iter().filter_map(|command| match command.get(2) {
        Some(redis::Value::Int(micros)) => Some(*micros),
        _ => None,
    });
    micros.max().unwrap_or(500) as f64 * 1000.0
}

/// Nanoseconds of the longest of the round trips that a second client makes, every 200 microseconds.
fn longest_wait(url: &str, is_done: impl Fn() -> bool) -> f64 {
    let mut connection =
        redis::Client::open(url).and_then(|client| client.get_connection()).expect("a connection");
    let mut longest = 0.0_f64;
    loop {
        let started = Instant::now();
        redis::cmd("PING").exec(&mut connection).expect("PING");
        longest = longest.max(started.elapsed().as_nanos() as f64);
        if is_done() {
            return longest;
        }
        // A client that asks without a pause takes a share of the server's time itself.
        std::thread::sleep(Duration::from_micros(200));
    }
}
