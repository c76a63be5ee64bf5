//! Clearing a namespace: how long it takes, how long its steps keep the server, and how long others wait meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cache_benches::run::{builder, runtime};
use cache_benches::{Goal, Profile, Table, Unit, by_hand, median};
use cache_runtime::CacheManager;
use cache_tests::RedisServer;
use tokio::runtime::Runtime;

/// So many keys, so often in a row: the larger sizes are compared, so each keeps the machine for about as long.
const SIZES: [(u64, usize); 3] = [(10, 10), (1000, 500), (1_000_000, 1)];
const ROUNDS: usize = 5;

pub(crate) fn run(table: &mut Table) {
    table.section("Clearing a namespace");
    let mut clears: [Vec<Vec<Clear>>; SIZES.len()] = Default::default();
    for _ in 0..ROUNDS {
        for (clears, (size, times)) in clears.iter_mut().zip(SIZES) {
            clears.push(self::clears(size, times));
        }
    }
    for (clears, (size, _)) in clears.iter().zip(SIZES) {
        let each = || clears.iter().flatten();
        let least = |of: fn(&Clear) -> f64| each().map(of).fold(f64::INFINITY, f64::min);
        table.figure(
            &format!("{size} keys"),
            Unit::Nanoseconds,
            median(each().map(|clear| clear.took)),
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
    // Of a round, all together: what disturbs one of a million now and then disturbs some of the others.
    let of_a_key = |at: usize| -> Vec<f64> {
        let (size, times) = SIZES[at];
        let took = |round: &Vec<Clear>| round.iter().map(|clear| clear.took).sum::<f64>();
        clears[at].iter().map(|round| took(round) / (size as f64 * times as f64)).collect()
    };
    let (thousand, million) = (of_a_key(1), of_a_key(2));
    let ratios = million.iter().zip(&thousand).map(|(million, thousand)| million / thousand);
    table.compare(
        "a key of 1,000,000",
        Unit::Nanoseconds,
        median(million.iter().copied()),
        "a key of 1,000",
        median(thousand.iter().copied()),
        median(ratios),
        Goal::AtMost(1.5),
    );
    table.note(
        "A longest step of 0.5 ms says that none took longer. The longest are those of the clear in which they were shortest: what \
         clearing itself takes, it takes in each, and a machine that gives a processor to somebody else for some milliseconds does \
         so in one or another.",
    );
}

/// Nanoseconds.
struct Clear {
    took: f64,
    longest_step: f64,
    longest_wait: f64,
    idle_wait: f64,
}

/// One after the other, on a server of their own.
fn clears(size: u64, times: usize) -> Vec<Clear> {
    let (server, runtime) = (RedisServer::start(), runtime(1));
    let cache = runtime.block_on(builder(&server.url()).build()).expect("a cache");
    let manager = CacheManager::new(&cache);
    // Such steps are the ones to know of, and few enough not to keep the server.
    server.command(&["CONFIG", "SET", "slowlog-log-slower-than", "500"]);
    server.command(&["CONFIG", "SET", "slowlog-max-len", "100000"]);
    let clear = |_| {
        runtime.block_on(fill(&server.url(), size));
        server.command(&["SLOWLOG", "RESET"]);
        clear(&server, &runtime, &manager, size)
    };
    (0..times).map(clear).collect()
}

fn clear(server: &RedisServer, runtime: &Runtime, manager: &CacheManager, size: u64) -> Clear {
    let (url, done) = (server.url(), AtomicBool::new(false));
    let (took, longest_wait) = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| longest_wait(&url, || done.load(Ordering::SeqCst)));
        let started = Instant::now();
        let gone = runtime.block_on(manager.clear_namespace("cleared")).expect("cleared");
        let took = started.elapsed();
        assert_eq!(gone, size);
        done.store(true, Ordering::SeqCst);
        (took, waiting.join().expect("the second client"))
    });
    let longest_step = longest_step(server);
    let end = Instant::now() + took;
    let idle_wait = self::longest_wait(&url, || Instant::now() >= end);
    Clear { took: took.as_nanos() as f64, longest_step, longest_wait, idle_wait }
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
