//! Clearing a namespace: how long it takes, how long its steps keep the server, and how long others wait meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cache_benches::run::{builder, runtime};
use cache_benches::{Goal, Profile, Table, Unit, by_hand, quantile};
use cache_runtime::CacheManager;
use cache_tests::RedisServer;

/// So many keys, in so many turns.
const SIZES: [(u64, usize); 3] = [(10, 11), (1000, 11), (1_000_000, 3)];

pub(crate) fn run(table: &mut Table) {
    table.section("Clearing a namespace");
    let mut each = Vec::new();
    for (size, turns) in SIZES {
        let turns: Vec<Turn> = (0..turns).map(|_| turn(size)).collect();
        let least = |of: fn(&Turn) -> f64| turns.iter().map(of).fold(f64::INFINITY, f64::min);
        let took = quantile(&mut turns.iter().map(|turn| turn.took).collect::<Vec<_>>(), 0.5);
        table.figure(&format!("{size} keys"), Unit::Nanoseconds, took, Goal::Shown);
        table.figure(
            &format!("{size} keys, the server's longest step by its own clock"),
            Unit::Nanoseconds,
            least(|turn| turn.longest_step),
            Goal::AtMost(5e6),
        );
        table.figure(
            &format!("{size} keys, the longest that a second client waited"),
            Unit::Nanoseconds,
            least(|turn| turn.longest_wait),
            Goal::AtMost(5e6),
        );
        table.figure(
            &format!("{size} keys, the same for as long while nothing is cleared"),
            Unit::Nanoseconds,
            least(|turn| turn.idle_wait),
            Goal::Shown,
        );
        each.push(least(|turn| turn.took) / size as f64);
    }
    let (thousand, million) = (each[1], each[2]);
    table.compare(
        "a key of 1,000,000",
        Unit::Nanoseconds,
        million,
        "a key of 1,000",
        thousand,
        million / thousand,
        Goal::AtMost(1.5),
    );
    table.note(
        "A longest step of 0.5 ms says that none took longer. The longest are those of the turn in which they were shortest, and \
         what a key takes is that of the quickest turn: what clearing itself takes, it takes in each, and a machine that gives a \
         processor to somebody else for some milliseconds does so in one or another.",
    );
}

/// Nanoseconds.
struct Turn {
    took: f64,
    longest_step: f64,
    longest_wait: f64,
    idle_wait: f64,
}

/// On a server of its own.
fn turn(size: u64) -> Turn {
    let (server, runtime) = (RedisServer::start(), runtime(1));
    let url = server.url();
    let manager = runtime.block_on(async {
        fill(&url, size).await;
        CacheManager::new(&builder(&url).build().await.expect("a cache"))
    });
    // Such steps are the ones to know of, and few enough not to keep the server.
    server.command(&["CONFIG", "SET", "slowlog-log-slower-than", "500"]);
    server.command(&["CONFIG", "SET", "slowlog-max-len", "100000"]);
    let done = AtomicBool::new(false);
    let (took, longest_wait) = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| longest_wait(&url, || done.load(Ordering::SeqCst)));
        let started = Instant::now();
        let gone = runtime.block_on(manager.clear_namespace("cleared")).expect("cleared");
        let took = started.elapsed();
        assert_eq!(gone, size);
        done.store(true, Ordering::SeqCst);
        (took, waiting.join().expect("the second client"))
    });
    let longest_step = longest_step(&server);
    let end = Instant::now() + took;
    let idle_wait = self::longest_wait(&url, || Instant::now() >= end);
    Turn { took: took.as_nanos() as f64, longest_step, longest_wait, idle_wait }
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
