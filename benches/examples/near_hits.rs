//! Near hits and nothing else, for a profiler: `cargo run --release -p cache-benches --example near_hits [how many]`.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "it stops where something is wrong")]

use std::hint::black_box;

use cache_benches::run::{near, runtime};
use cache_benches::{Profiles, USER};
use cache_tests::RedisServer;

fn main() {
    let count = std::env::args().nth(1).map_or(20_000_000, |count| count.parse().expect("a number"));
    let server = RedisServer::start();
    let runtime = runtime(1);
    let profiles = Profiles::new(runtime.block_on(near(&server.url(), 64)));
    runtime.block_on(async {
        for _ in 0..4 {
            profiles.profile(USER).await;
        }
        for _ in 0..count {
            black_box(profiles.profile(black_box(USER)).await);
        }
    });
    println!("{} near hits", profiles.profile_entry(USER).counts().near_hits);
}
