//! Clearing a namespace: how long it takes, and how long others wait meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cache_benches::run::{builder, runtime};
use cache_benches::{Goal, Profile, Table, Unit, by_hand};
use cache_runtime::CacheManager;
use cache_tests::RedisServer;

const SIZES: [u64; 3] = [10, 1000, 1_000_000];

pub(crate) fn run(table: &mut Table) {
    let runtime = runtime(1);
    table.section("Clearing a namespace");
    let mut each = Vec::new();
    for size in SIZES {
        let server = RedisServer::start();
        let url = server.url();
        let manager = runtime.block_on(async {
            fill(&url, size).await;
            CacheManager::new(&builder(&url).build().await.expect("a cache"))
        });
        let done = AtomicBool::new(false);
        let (took, longest) = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| longest_wait(&url, &done));
            let started = Instant::now();
            let gone = runtime.block_on(manager.clear_namespace("cleared")).expect("cleared");
            let took = started.elapsed().as_nanos() as f64;
            assert_eq!(gone, size);
            done.store(true, Ordering::SeqCst);
            (took, waiting.join().expect("the second client"))
        });
        table.figure(&format!("{size} keys"), Unit::Nanoseconds, took, Goal::Shown);
        table.figure(
            &format!("{size} keys, the longest that a second client waited"),
            Unit::Nanoseconds,
            longest,
            Goal::AtMost(5e6),
        );
        each.push(took / size as f64);
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

/// Nanoseconds of the longest of the round trips that a second client makes, every 200 microseconds.
fn longest_wait(url: &str, done: &AtomicBool) -> f64 {
    let mut connection =
        redis::Client::open(url).and_then(|client| client.get_connection()).expect("a connection");
    let mut longest = 0.0_f64;
    loop {
        let started = Instant::now();
        redis::cmd("PING").exec(&mut connection).expect("PING");
        longest = longest.max(started.elapsed().as_nanos() as f64);
        if done.load(Ordering::SeqCst) {
            return longest;
        }
        // A client that asks without a pause takes a share of the server's time itself.
        std::thread::sleep(Duration::from_micros(200));
    }
}
