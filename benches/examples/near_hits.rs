//! Near hits and nothing else, for a profiler: `cargo run --release -p cache-benches --example near_hits [how many]`.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "it stops where something is wrong")]

use std::hint::black_box;
use std::time::Instant;

use cache_benches::run::{near, runtime};
use cache_benches::{Profiles, USER};
use cache_tests::RedisServer;

const TURN: u64 = 10_000;

fn main() {
    let count = std::env::args().nth(1).map_or(20_000_000_u64, |count| count.parse().expect("a number"));
    let server = RedisServer::start();
    let runtime = runtime(1);
    let profiles = Profiles::new(runtime.block_on(near(&server.url(), 64)));
    let mut fastest = f64::MAX;
    runtime.block_on(async {
        for _ in 0..4 {
            profiles.profile(USER).await;
        }
        // The fastest of many short turns: what others do on the machine falls into some of them.
        for _ in 0..count.div_ceil(TURN) {
            let started = Instant::now();
            for _ in 0..TURN {
                black_box(profiles.profile(black_box(USER)).await);
            }
            fastest = fastest.min(started.elapsed().as_nanos() as f64 / TURN as f64);
        }
    });
    let hits = profiles.profile_entry(USER).counts().near_hits;
    println!("{hits} near hits, {fastest:.1} ns each in the fastest turn");
}
