//! Clearing a namespace: how long it takes, how long its steps keep the server, and how long others wait meanwhile.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cache_benches::run::{builder, runtime};
use cache_benches::{Goal, Profile, Table, Unit, by_hand, median};
use cache_runtime::CacheManager;
use cache_tests::RedisServer;
use redis::aio::MultiplexedConnection;
use tokio::runtime::Runtime;

/// So many keys, so often in a row: the larger sizes are compared, so each keeps the machine for about as long.
const SIZES: [(u64, usize); 3] = [(10, 10), (1000, 500), (1_000_000, 1)];
const ROUNDS: usize = 5;

pub(crate) fn run(table: &mut Table) {
    table.section("Clearing a namespace");
    let mut clears: [Vec<Vec<Clear>>; SIZES.len()] = Default::default();
    for round in 0..ROUNDS {
        for (clears, (size, times)) in clears.iter_mut().zip(SIZES) {
            clears.push(self::clears(size, round..round + times));
        }
    }
    for (clears, (size, _)) in clears.iter().zip(SIZES) {
        let each = || clears.iter().flatten();
        let least = |of: fn(&Clear) -> f64| each().map(of).fold(f64::INFINITY, f64::min);
        table.compare(
            &format!("{size} keys"),
            Unit::Nanoseconds,
            median(each().map(|clear| clear.took)),
            "`SCAN` and `UNLINK` by hand",
            median(each().map(|clear| clear.by_hand)),
            median(each().map(|clear| clear.took / clear.by_hand)),
            Goal::Shown,
        );
        table.figure(
            &format!("{size} keys, the server's longest step by its own clock"),
            Unit::Nanoseconds,
            least(|clear| clear.longest_step),
            Goal::AtMost(5e6),
        );
        table.figure(
            &format!("{size} keys, the longest that a second client waited"),
            Unit::Nanoseconds,
            least(|clear| clear.longest_wait),
            Goal::AtMost(5e6),
        );
        table.figure(
            &format!("{size} keys, the same for as long while nothing is cleared"),
            Unit::Nanoseconds,
            least(|clear| clear.idle_wait),
            Goal::Shown,
        );
    }
    compare_a_key(table, &clears, "a key of 1,000,000", |clear| clear.took, Goal::AtMost(1.5));
    compare_a_key(table, &clears, "by hand, a key of 1,000,000", |clear| clear.by_hand, Goal::Shown);
    table.note(
        "A longest step of 0.5 ms says that none took longer. The longest are those of the clear in which they were shortest: what \
         clearing itself takes, it takes in each, and a machine that gives a processor to somebody else for some milliseconds does \
         so in one or another. By hand nobody looks whether a key is being written. A million keys have no room in the processor's \
         caches, whoever clears them.",
    );
}

/// What a key costs among a million, beside one of a thousand. Of a round, all together: what disturbs one of a million now and then
/// disturbs some of the others.
fn compare_a_key(
    table: &mut Table,
    clears: &[Vec<Vec<Clear>>],
    name: &str,
    of: fn(&Clear) -> f64,
    goal: Goal,
) {
    let of_a_key = |at: usize| -> Vec<f64> {
        let (size, times) = SIZES[at];
        let took = |round: &Vec<Clear>| round.iter().map(of).sum::<f64>();
        clears[at].iter().map(|round| took(round) / (size as f64 * times as f64)).collect()
    };
    let (thousand, million) = (of_a_key(1), of_a_key(2));
    let ratio = median(million.iter().zip(&thousand).map(|(million, thousand)| million / thousand));
    let (thousand, million) = (median(thousand.into_iter()), median(million.into_iter()));
    table.compare(name, Unit::Nanoseconds, million, "a key of 1,000", thousand, ratio, goal);
}

/// Nanoseconds.
struct Clear {
    took: f64,
    by_hand: f64,
    longest_step: f64,
    longest_wait: f64,
    idle_wait: f64,
}

/// One after the other, on a server of their own.
fn clears(size: u64, turns: Range<usize>) -> Vec<Clear> {
    let (server, runtime) = (RedisServer::start(), runtime(1));
    let cache = runtime.block_on(builder(&server.url()).build()).expect("a cache");
    let manager = CacheManager::new(&cache);
    // Such steps are the ones to know of, and few enough not to keep the server.
    server.command(&["CONFIG", "SET", "slowlog-log-slower-than", "500"]);
    server.command(&["CONFIG", "SET", "slowlog-max-len", "100000"]);
    turns.map(|turn| clear(&server, &runtime, &manager, (size, turn))).collect()
}

/// Ours and by hand, the other first in every other turn.
fn clear(
    server: &RedisServer,
    runtime: &Runtime,
    manager: &CacheManager,
    (size, turn): (u64, usize),
) -> Clear {
    let url = server.url();
    let namespace = Namespace { url: &url, runtime, size };
    let connection = runtime.block_on(by_hand::connection(&url));
    let by_hand = || namespace.cleared(|| runtime.block_on(clear_by_hand(connection)));
    let ours = || {
        server.command(&["SLOWLOG", "RESET"]);
        let clear = || runtime.block_on(manager.clear_namespace("cleared")).expect("cleared");
        (namespace.cleared(clear), longest_step(server))
    };
    let (by_hand, (ours, longest_step)) = if turn.is_multiple_of(2) {
        (by_hand(), ours())
    } else {
        let ours = ours();
        (by_hand(), ours)
    };
    let end = Instant::now() + ours.took;
    let idle_wait = longest_wait(&url, || Instant::now() >= end);
    Clear {
        took: ours.took.as_nanos() as f64,
        by_hand: by_hand.took.as_nanos() as f64,
        longest_step,
        longest_wait: ours.longest_wait,
        idle_wait,
    }
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
