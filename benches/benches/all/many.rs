//! A hundred keys at once, from the server.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;

use cache_benches::run::{builder, in_flight, runtime};
use cache_benches::{Contest, Goal, Profile, Profiles, Table, by_hand};
use cache_runtime::prelude::*;
use cache_tests::RedisServer;

const IDS: std::ops::Range<i64> = 123_456_700..123_456_800;
const ROUNDS: u64 = 50;
const TURNS: usize = 201;

pub(crate) fn run(table: &mut Table) {
    let server = RedisServer::start();
    let runtime = runtime(1);
    let ids: Arc<Vec<i64>> = Arc::new(IDS.collect());
    let (profiles, bare) = runtime.block_on(async {
        let profiles = Profiles::new(builder(&server.url()).build().await.expect("a cache"));
        let mut bare = by_hand::connection(&server.url()).await;
        for id in IDS {
            profiles.profile(id).await;
            by_hand::set(&mut bare, id).await;
        }
        profiles.batched(&ids).await;
        (Arc::new(profiles), bare)
    });
    let get_many = || {
        let (profiles, ids) = (Arc::clone(&profiles), Arc::clone(&ids));
        runtime.block_on(in_flight(1, ROUNDS, move || {
            let (profiles, ids) = (Arc::clone(&profiles), Arc::clone(&ids));
            async move {
                let parts = ids.iter().map(|id| ("user", *id, "profile"));
                let found: Vec<Option<Arc<Profile>>> = profiles.get_many(parts).await;
                assert!(black_box(found).iter().all(Option::is_some));
            }
        }))
    };
    let batch = || {
        let (profiles, ids) = (Arc::clone(&profiles), Arc::clone(&ids));
        runtime.block_on(in_flight(1, ROUNDS, move || {
            let (profiles, ids) = (Arc::clone(&profiles), Arc::clone(&ids));
            async move { assert_eq!(black_box(profiles.batched(&ids).await).len(), ids.len()) }
        }))
    };
    let calls = || {
        let (profiles, ids) = (Arc::clone(&profiles), Arc::clone(&ids));
        runtime.block_on(in_flight(1, ROUNDS, move || {
            let (profiles, ids) = (Arc::clone(&profiles), Arc::clone(&ids));
            async move {
                let calls = ids.iter().map(|id| {
                    let (profiles, id) = (Arc::clone(&profiles), *id);
                    tokio::spawn(async move { profiles.profile(id).await })
                });
                let calls: Vec<_> = calls.collect();
                for call in calls {
                    black_box(call.await.expect("a task"));
                }
            }
        }))
    };
    let mget = || {
        let (bare, ids) = (bare.clone(), Arc::clone(&ids));
        runtime.block_on(in_flight(1, ROUNDS, move || {
            let (bare, ids) = (bare.clone(), Arc::clone(&ids));
            async move { drop(black_box(by_hand::get_many(bare, &ids).await)) }
        }))
    };
    let mget_into_map = || {
        let (bare, ids) = (bare.clone(), Arc::clone(&ids));
        runtime.block_on(in_flight(1, ROUNDS, move || {
            let (bare, ids) = (bare.clone(), Arc::clone(&ids));
            async move {
                let found = by_hand::get_many(bare, &ids).await;
                let found: HashMap<i64, Arc<Profile>> = ids.iter().copied().zip(found).collect();
                drop(black_box(found));
            }
        }))
    };
    let single = || {
        let (bare, ids) = (bare.clone(), Arc::clone(&ids));
        runtime.block_on(in_flight(1, ROUNDS, move || {
            let (bare, ids) = (bare.clone(), Arc::clone(&ids));
            async move {
                let calls = ids.iter().map(|id| {
                    let (bare, key) = (bare.clone(), by_hand::key(*id));
                    tokio::spawn(async move { by_hand::get(bare, &key).await })
                });
                let calls: Vec<_> = calls.collect();
                for call in calls {
                    black_box(call.await.expect("a task"));
                }
            }
        }))
    };
    table.section("100 keys at once");
    let turns = Contest::default().with("", get_many).with("one `MGET` and decode by hand", mget).run(TURNS);
    table.turns("`get_many`", &turns, &[("one `MGET` and decode by hand", Goal::AtMost(1.1))]);
    let turns = Contest::default()
        .with("", batch)
        .with("one `MGET` and decode by hand", mget)
        .with("the same, into a `HashMap`", mget_into_map)
        .run(TURNS);
    table.turns("a `batch` function", &turns, &[("one `MGET` and decode by hand", Goal::AtMost(1.1))]);
    assert_eq!(profiles.batched_entry(IDS.start).counts().loads, 1, "all but the first call were hits");
    let turns = Contest::default().with("", calls).with("100 tasks with a `GET` by hand", single).run(TURNS);
    table.turns("100 tasks with a call", &turns, &[]);
}
