//! A hit in the embedded cache: of a method, and of a function that is not async.

use std::hint::black_box;
use std::sync::Arc;

use cache_benches::run::runtime;
use cache_benches::{Contest, Profile, Profiles, Table, USER, by_hand};
use cache_runtime::prelude::*;

use crate::calls::turn;
use crate::rivals::cached_macros;

const COUNT: u64 = 20_000;
const TURNS: usize = 301;

#[cached(namespace = "benchmark", key = "memoised/<id>/profile", ttl = "1h")]
fn memoised(id: i64) -> Arc<Profile> {
    Arc::new(Profile::of(id))
}

pub(crate) fn run(table: &mut Table) {
    let runtime = runtime(1);
    let profiles = Profiles::new(Cache::memory());
    let id = || black_box(USER);
    let (key, value) = (by_hand::key(USER), Arc::new(Profile::of(USER)));
    let quick = quick_cache::sync::Cache::<Box<str>, Arc<Profile>>::new(1000);
    quick.insert(key.as_str().into(), Arc::clone(&value));
    let moka = moka::sync::Cache::<String, Arc<Profile>>::new(1000);
    moka.insert(key.clone(), value);

    table.section("A hit in the embedded cache (no server), key from an `i64`, `Arc<T>`");
    let turns = Contest::default()
        .with("", turn!(COUNT, runtime, profiles.profile(id()).await))
        .with(
            "`cached`, `#[concurrent_cached] async fn` with a size and a TTL",
            turn!(COUNT, runtime, cached_macros::sharded_bounded(id()).await),
        )
        .with("`quick_cache`, a ready key", turn!(COUNT, runtime, quick.get(black_box(key.as_str()))))
        .with("`moka`, a ready key", turn!(COUNT, runtime, moka.get(black_box(key.as_str()))))
        .run(TURNS);
    table.turns("an async method", &turns, &[]);
    let turns = Contest::default()
        .with("", turn!(COUNT, runtime, memoised(id())))
        .with("`cached`, `#[cached] fn`", turn!(COUNT, runtime, cached_macros::one_lock(id())))
        .with("`cached`, the same with a size and a TTL", turn!(COUNT, runtime, cached_macros::bounded(id())))
        .run(TURNS);
    table.turns("a function that is not async", &turns, &[]);
    table.note(
        "Half of ours is the runtime's clock, which a test may move; `cached` without a TTL asks for none, and keeps its value for \
         ever.",
    );
}
