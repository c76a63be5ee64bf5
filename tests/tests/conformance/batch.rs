//! Functions that take many ids: one read, one load of what is missing, and what is loaded by others.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_tests::eventually;
use tokio::sync::Semaphore;

use crate::stores::Store;

/// A source that notes what it was asked for, and answers as often as it is let.
#[derive(Clone)]
struct Source {
    asked: Arc<Mutex<Vec<Vec<i64>>>>,
    free: Arc<Semaphore>,
}

impl Source {
    fn open() -> Source {
        Source { asked: Arc::default(), free: Arc::new(Semaphore::new(1000)) }
    }

    fn closed() -> Source {
        Source { free: Arc::new(Semaphore::new(0)), ..Source::open() }
    }

    /// Everything but what is negative is there.
    async fn load(&self, ids: &[i64]) -> HashMap<i64, String> {
        self.asked.lock().unwrap().push(ids.to_vec());
        self.free.acquire().await.unwrap().forget();
        ids.iter().filter(|id| **id >= 0).map(|id| (*id, format!("profile {id}"))).collect()
    }

    fn asked(&self) -> Vec<Vec<i64>> {
        self.asked.lock().unwrap().clone()
    }
}

fn profiles(ids: impl IntoIterator<Item = i64>) -> HashMap<i64, String> {
    ids.into_iter().map(|id| (id, format!("profile {id}"))).collect()
}

macro_rules! users {
    ($namespace:literal $(, $option:ident = $value:tt)*) => {
        #[cache_strategy(namespace = $namespace, ttl = 60)]
        #[derive(Clone)]
        struct Users { cache: Cache, #[skip] source: Source }
        #[cache_strategy]
        impl Users {
            #[cached(key = "profile/<ids>", batch $(, $option = $value)*)]
            async fn profiles(&self, ids: &[i64]) -> Result<HashMap<i64, String>, String> {
                if ids.contains(&666) { return Err(format!("not {ids:?}")); }
                Ok(self.source.load(ids).await)
            }
        }
    };
}

on_every_store! {
    async fn what_is_missing_is_loaded_at_once_whatever_the_order(store: Store) {
        users!("batch_order");
        let users = Users { cache: store.one.clone(), source: Source::open() };
        assert_eq!(users.profiles(&[]).await, Ok(HashMap::new()));
        assert_eq!(users.profiles(&[3, 1, 3, 2, 1]).await, Ok(profiles(1..4)));
        assert_eq!(users.profiles(&[4, 2, -1, 5, 1]).await, Ok(profiles([1, 2, 4, 5])));
        // What is not there is asked for again.
        assert_eq!(users.profiles(&[-1, 3]).await, Ok(profiles([3])));
        assert_eq!(users.source.asked(), [vec![3, 1, 2], vec![4, -1, 5], vec![-1]]);
        // One by one they are the same entries.
        assert_eq!(users.profiles_entry(2).get().await.as_deref(), Some("profile 2"));
        users.profiles_entry(2).invalidate().await.unwrap();
        users.profiles_entry(1).set(&"another".into()).await.unwrap();
        let found = users.profiles(&[1, 2, 3]).await.unwrap();
        assert_eq!((found[&1].as_str(), found[&2].as_str(), users.source.asked().len()), ("another", "profile 2", 4));
        assert_eq!(users.profiles_pattern(Any).invalidate().await, Ok(5));
        assert_eq!(store.keys().await, 0, "no lease of what was not there is left");
    }

    async fn what_is_not_there_is_remembered_for_its_time(store: Store) {
        users!("batch_none", none_ttl = "1h");
        let users = Users { cache: store.one.clone(), source: Source::open() };
        for _ in 0..2 {
            assert_eq!(users.profiles(&[-1, 1]).await, Ok(profiles([1])));
        }
        assert_eq!(users.source.asked(), [vec![-1, 1]]);
    }

    async fn an_error_stores_nothing(store: Store) {
        users!("batch_error");
        let users = Users { cache: store.one.clone(), source: Source::open() };
        assert_eq!(users.profiles(&[1]).await, Ok(profiles([1])));
        assert_eq!(users.profiles(&[1, 2, 666]).await, Err("not [2, 666]".into()));
        assert_eq!(store.keys().await, 1);
        let counts = users.profiles_entry(1).counts();
        assert_eq!((counts.hits, counts.misses, counts.loads, counts.load_errors, counts.fills), (1, 3, 2, 1, 1));
    }

    // Bites: fails without `follow(…)` in Batch::without_lease (load/batch/leases.rs), loading instead, on a server.
    async fn batches_and_single_readers_share_loads(store: Store) {
        users!("batch_shared");
        let users = Users { cache: store.one.clone(), source: Source::closed() };
        let elsewhere = Users { cache: store.other.clone(), ..users.clone() };
        let ask = |users: &Users, ids: &'static [i64]| { let users = users.clone(); tokio::spawn(async move { users.profiles(ids).await }) };
        let first = ask(&users, &[1, 2]);
        eventually(|| async { users.source.asked().len() == 1 }).await;
        let here = ask(&users, &[3, 2, 1]);
        let there = ask(&elsewhere, &[2, 4]);
        eventually(|| async { users.source.asked().len() == 3 }).await;
        let entry = users.profiles_entry(3);
        let single = tokio::spawn(async move { entry.get_or_set(|| async { Err::<String, _>("alone".to_owned()) }).await });
        eventually(|| async { users.profiles_entry(3).counts().waits == 1 }).await;
        users.source.free.add_permits(3);
        assert_eq!(first.await.unwrap(), Ok(profiles([1, 2])));
        assert_eq!(here.await.unwrap(), Ok(profiles([1, 2, 3])));
        assert_eq!(there.await.unwrap(), Ok(profiles([2, 4])));
        assert_eq!(single.await.unwrap().as_deref(), Ok("profile 3"));
        let mut asked = users.source.asked();
        asked.sort();
        assert_eq!(asked, [vec![1, 2], vec![3], vec![4]]);
    }

    // Bites: fails without `.filter(|slot| slot.is(under))` in fill (store/memory/slot.rs), and `if not found` in fill.lua.
    async fn an_invalidation_revokes_its_own_part_of_a_load(store: Store) {
        users!("batch_revoked");
        let users = Users { cache: store.one.clone(), source: Source::closed() };
        let loading = { let users = users.clone(); tokio::spawn(async move { users.profiles(&[1, 2, 3]).await }) };
        eventually(|| async { users.source.asked().len() == 1 }).await;
        let elsewhere = Users { cache: store.other.clone(), ..users.clone() };
        elsewhere.profiles_entry(2).invalidate().await.unwrap();
        users.source.free.add_permits(1);
        assert_eq!(loading.await.unwrap(), Ok(profiles(1..4)));
        let mut stored = Vec::new();
        for id in 1..4 {
            stored.push(users.profiles_entry(id).get().await.is_some());
        }
        assert_eq!(stored, [true, false, true]);
        assert_eq!(users.profiles_entry(1).counts().revoked_fills, 1);
    }

    // Bites: fails without `leader.ask(…)` in Batch::take_leases (load/batch/leases.rs).
    async fn a_batch_that_is_dropped_gives_its_leases_back(store: Store) {
        users!("batch_dropped");
        let users = Users { cache: store.one.clone(), source: Source::closed() };
        let loading = { let users = users.clone(); tokio::spawn(async move { users.profiles(&[1, 2, 3]).await }) };
        eventually(|| async { users.source.asked().len() == 1 }).await;
        let waiting = { let users = users.clone(); tokio::spawn(async move { users.profiles(&[3, 2]).await }) };
        eventually(|| async { users.profiles_entry(1).counts().waits == 2 }).await;
        loading.abort();
        users.source.free.add_permits(2);
        // Who waited takes over.
        assert_eq!(waiting.await.unwrap(), Ok(profiles([2, 3])));
        eventually(|| async { store.keys().await == 2 }).await;
    }

    // Bites: fails without `leads ||` in some_of (load/batch/mod.rs), waiting for all of them.
    async fn who_is_made_a_leader_loads_before_the_rest_has_come(store: Store) {
        users!("batch_takes_over");
        let users = Users { cache: store.one.clone(), source: Source::closed() };
        let ask = |ids: &'static [i64]| { let users = users.clone(); tokio::spawn(async move { users.profiles(ids).await }) };
        let dropped = ask(&[1]);
        eventually(|| async { users.source.asked().len() == 1 }).await;
        let slow = ask(&[2]);
        eventually(|| async { users.source.asked().len() == 2 }).await;
        let both = ask(&[1, 2]);
        eventually(|| async { users.profiles_entry(1).counts().waits == 2 }).await;
        dropped.abort();
        // Others may wait for the first by now, and the load of the second for one of them.
        eventually(|| async { users.source.asked() == [[1], [2], [1]] }).await;
        users.source.free.add_permits(2);
        assert_eq!((slow.await.unwrap(), both.await.unwrap()), (Ok(profiles([2])), Ok(profiles([1, 2]))));
        eventually(|| async { store.keys().await == 2 }).await;
    }

    // Bites: fails where Batch::resolve waits before `self.load(load, loader)` (load/batch/mod.rs), on a cluster, whose nodes grant their leases in any order.
    async fn batches_that_cross_do_not_wait_for_each_other(store: Store) {
        users!("batch_crossing");
        let users = Users { cache: store.one.clone(), source: Source::open() };
        let elsewhere = Users { cache: store.other.clone(), ..users.clone() };
        for round in 0..20 {
            let first = round * 10;
            let ids = |back: bool| { let mut ids: Vec<i64> = (first..first + 10).collect(); if back { ids.reverse(); } ids };
            let ask = |users: &Users, back| { let (users, ids) = (users.clone(), ids(back)); tokio::spawn(async move { users.profiles(&ids).await }) };
            let tasks = [ask(&users, false), ask(&elsewhere, true), ask(&users, true), ask(&elsewhere, false)];
            for task in tasks {
                let found = tokio::time::timeout(Duration::from_secs(20), task).await.expect("no circle").unwrap();
                assert_eq!(found, Ok(profiles(first..first + 10)));
            }
        }
        let loaded: usize = users.source.asked().iter().map(Vec::len).sum();
        assert_eq!(loaded, 200, "each of them once");
    }

    async fn other_maps_owned_ids_and_generic_values(store: Store) {
        #[cache_strategy(namespace = "batch_shapes", ttl = 60)]
        struct Shapes { #[key] tenant: u32, cache: Cache }
        #[cache_strategy]
        impl Shapes {
            #[cached(key = "name/<language>/{<ids>}", batch)]
            async fn names(&self, ids: Vec<String>, language: String) -> BTreeMap<String, Arc<String>> {
                ids.into_iter().map(|id| { let name = format!("{language} {id} {}", self.tenant); (id, Arc::new(name)) }).collect()
            }
        }
        let shapes = Shapes { tenant: 7, cache: store.one.clone() };
        for _ in 0..2 {
            let names = shapes.names(vec!["b".into(), "a".into(), "b".into()], "en".into()).await;
            assert_eq!(names.values().map(|name| name.as_str()).collect::<Vec<_>>(), ["en a 7", "en b 7"]);
        }
        let entry = shapes.names_entry("a".into(), "en".into());
        assert_eq!(entry.key(), &"batch_shapes:v1:7:name:en:{a}");
        assert_eq!(entry.counts().hits, 2);
    }

    // Bites: fails without `transaction::current().is_some()` in load_many (load/batch/mod.rs).
    async fn inside_of_a_transaction_nothing_is_shared_or_stored(store: Store) {
        users!("batch_inside");
        let users = Users { cache: store.one.clone(), source: Source::open() };
        assert_eq!(users.profiles(&[1, 2]).await, Ok(profiles([1, 2])));
        let after = store.one.after_commit();
        after.scope(async {
            users.profiles_entry(1).invalidate().await.unwrap();
            assert_eq!(users.profiles(&[1, 2, 3]).await, Ok(profiles([1, 2, 3])));
        }).await;
        assert_eq!(users.source.asked()[1], [1, 3]);
        after.rollback().await;
        assert_eq!((users.profiles_entry(1).get().await.is_some(), users.profiles_entry(3).get().await), (true, None));
    }

    async fn without_a_store_everything_is_loaded(store: Store) {
        users!("batch_disabled");
        drop(store);
        let users = Users { cache: Cache::disabled(), source: Source::open() };
        assert_eq!(users.profiles(&[2, 1, 2]).await, Ok(profiles([1, 2])));
        assert_eq!(users.source.asked(), [vec![2, 1]]);
    }
}

/// What a hundred ids cost a server.
#[tokio::test]
async fn a_hundred_ids_are_a_few_commands() {
    users!("batch_commands");
    let store = Store::redis().await;
    let server = store.server.as_ref().unwrap();
    let users = Users { cache: store.one.clone(), source: Source::open() };
    let commands = || ["mget", "get", "evalsha"].map(|command| server.commands_processed(command));
    let ids: Vec<i64> = (0..100).collect();
    // All of them missing, three of them, none: a read for all, a lease and a fill for each that is missing.
    for (missing, invalidations) in [(100, 0), (3, 3), (0, 0)] {
        for id in 0..invalidations {
            users.profiles_entry(id).invalidate().await.unwrap();
        }
        let before = commands();
        assert_eq!(users.profiles(&ids).await, Ok(profiles(0..100)));
        let since: Vec<u64> = commands().iter().zip(before).map(|(now, before)| now - before).collect();
        // The GETs are those of the scripts.
        assert_eq!(since, [1, missing, 2 * missing], "{missing} missing");
    }
    assert_eq!(users.source.asked().iter().map(Vec::len).collect::<Vec<_>>(), [100, 3]);
}
