//! A hit in the near cache on one thread, beside a map by hand and the other crates' functions in memory.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use allocation_counter::measure;
use cache_benches::run::{each, near, runtime};
use cache_benches::{Contest, Goal, Profile, Profiles, Table, USER, Unit, by_hand};
use cache_tests::RedisServer;
use hitbox::policy::PolicyConfig;
use hitbox_moka::MokaBackend;

use crate::calls::turn;
use crate::rivals::{amalgam_cache, cached_macros, hitbox_macros};

const COUNT: u64 = 20_000;
/// Of those that take ten times as long and more.
const FEWER: u64 = 500;
const TURNS: usize = 1001;

pub(crate) fn run(table: &mut Table) {
    let server = RedisServer::start();
    let runtime = runtime(1);
    let profiles = Profiles::new(runtime.block_on(near(&server.url(), 64)));
    runtime.block_on(async {
        for _ in 0..4 {
            profiles.profile(USER).await;
        }
    });
    let id = || black_box(USER);
    let value = Arc::new(Profile::of(USER));

    let quick = quick_cache::sync::Cache::<Box<str>, Arc<Profile>>::new(1000);
    let key = by_hand::key(USER);
    quick.insert(key.as_str().into(), Arc::clone(&value));
    let moka = moka::sync::Cache::<String, Arc<Profile>>::new(1000);
    moka.insert(key.clone(), value);
    let amalgam = amalgam_cache::in_memory();
    let hitbox = hitbox_fn::Cache::builder()
        .backend(MokaBackend::builder().max_entries(1000).build())
        .policy(PolicyConfig::builder().ttl(Duration::from_secs(3600)).build())
        .build();

    let by_hand = |get: &dyn Fn(&str)| {
        each(COUNT, || {
            for _ in 0..COUNT {
                get(black_box(&key));
            }
        })
    };
    let turns = Contest::default()
        .with("", turn!(COUNT, runtime, profiles.profile(id()).await))
        .with("`cached`, `#[cached] fn`", turn!(COUNT, runtime, cached_macros::one_lock(id())))
        .with("`cached`, `#[concurrent_cached] fn`", turn!(COUNT, runtime, cached_macros::sharded(id())))
        .with(
            "`cached`, `#[cached] async fn`",
            turn!(COUNT, runtime, cached_macros::one_lock_async(id()).await),
        )
        .with(
            "`cached`, `#[concurrent_cached] async fn`",
            turn!(COUNT, runtime, cached_macros::sharded_async(id()).await),
        )
        .with(
            "`cached`, the same with a size and a TTL",
            turn!(COUNT, runtime, cached_macros::sharded_bounded(id()).await),
        )
        .with("`quick_cache`, a ready key", || by_hand(&|key| drop(black_box(quick.get(key)))))
        .with("`moka`, a ready key", || by_hand(&|key| drop(black_box(moka.get(key)))))
        .with(
            "`amalgam-cache`, a ready key",
            turn!(FEWER, runtime, amalgam_cache::get(&amalgam, black_box(&key), USER).await),
        )
        .with(
            "`hitbox` over `moka`",
            turn!(FEWER, runtime, hitbox_macros::profile(id()).cache(&hitbox).await),
        )
        .run(TURNS);
    table.section("A near hit on one thread, key from an `i64`, `Arc<T>`");
    let fastest = turns.fastest(1..5);
    table.turns(
        "near hit",
        &turns,
        &[(fastest, Goal::AtMost(0.8)), ("`quick_cache`, a ready key", Goal::AtMost(2.0))],
    );
    let counted = measure(|| {
        let mut hit = std::pin::pin!(profiles.profile(USER));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(hit.as_mut().poll(&mut context).is_ready(), "a near hit waits for nothing");
    });
    table.figure("allocations of a near hit", Unit::Count, counted.count_total as f64, Goal::AtMost(0.0));
    table.note(
        "The bound of 0.8 is that of `cached`'s fastest macro of this run. `cached` looks up the `i64` itself and keeps its \
         value for ever, unless told otherwise; `hitbox` keeps bytes, and decodes. While somebody else computes on the other thread of \
         the same core, locks cost less beside instructions, of which ours has more: then the ratio comes up to 0.88.",
    );
}
