//! A hit in the embedded cache, beside the near cache's rivals' like.

use std::hint::black_box;
use std::time::Instant;

use cache_benches::run::runtime;
use cache_benches::{Contest, Profiles, Table, USER};
use cache_runtime::Cache;

use crate::rivals::cached_macros;

const COUNT: u64 = 20_000;

pub(crate) fn run(table: &mut Table) {
    let runtime = runtime(1);
    let profiles = Profiles::new(Cache::memory());
    runtime.block_on(profiles.profile(USER));
    let ours = || {
        runtime.block_on(async {
            let started = Instant::now();
            for _ in 0..COUNT {
                black_box(profiles.profile(black_box(USER)).await);
            }
            started.elapsed().as_nanos() as f64 / COUNT as f64
        })
    };
    let theirs = || {
        runtime.block_on(async {
            let started = Instant::now();
            for _ in 0..COUNT {
                black_box(cached_macros::sharded_bounded(black_box(USER)).await);
            }
            started.elapsed().as_nanos() as f64 / COUNT as f64
        })
    };
    let contest = Contest::default()
        .with("", ours)
        .with("`cached`, `#[concurrent_cached]` with a size and a TTL", theirs);
    table.section("A hit in the embedded cache (no server), `Arc<T>`");
    table.turns("hit", &contest.run(31), &[]);
}
