//! What only a cluster does: slots that move, primaries that are replaced, keys on several nodes.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    reason = "a test that fails has to fail"
)]

#[path = "conformance/kinds.rs"]
mod kinds;
#[path = "conformance/source.rs"]
mod source;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cache_runtime::prelude::*;
use cache_runtime::{Invalidated, WriteEffect};
use cache_tests::{NODE_TIMEOUT, Proxy, RedisCluster, eventually};

use kinds::{Aside, Flags, Through};
use source::Source;

const KEYS: i64 = 60;

async fn cluster() -> RedisCluster {
    tokio::task::spawn_blocking(RedisCluster::start).await.unwrap()
}

async fn connect(url: &str) -> Cache {
    let builder = Cache::builder().url(url).deadline(Duration::from_secs(2)).wait(Duration::from_secs(30));
    builder.require_connection().build().await.unwrap()
}

async fn is_reachable(cache: &Cache) -> bool {
    CacheManager::new(cache).health_check().await.reachable
}

/// The slot of a number's key, and the node that has it.
fn place(cluster: &RedisCluster, numbers: &Aside, id: i64) -> (u16, usize) {
    let key = numbers.number_entry(id).key().to_string();
    (cluster.slot(&key), cluster.index_of(&key))
}

/// All of them read once, with the value 1.
async fn filled(cache: &Cache) -> (Aside, Source) {
    let source = Source::new();
    let numbers = Aside::new(cache, &source);
    for id in 0..KEYS {
        source.put(id, 1);
        assert_eq!(numbers.number(id).await, Ok(1));
    }
    (numbers, source)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_lie_on_all_primaries_and_are_read_written_and_cleared_together() {
    let cluster = cluster().await;
    let cache = connect(&cluster.url()).await;
    let (numbers, source) = filled(&cache).await;
    let loads = source.loads();
    let manager = CacheManager::new(&cache);
    for primary in cluster.primaries() {
        assert!(primary.query::<u64>(&["DBSIZE"]) > 5, "a share of the keys");
    }
    assert_eq!(manager.stats().await.store.entries, Some(KEYS as u64));
    // One round trip to each node, whatever the number of keys.
    let flags = Flags::new(&cache);
    let values: Vec<u64> = (0..300).collect();
    flags.set_many(values.iter().map(|value| (("n", *value), value))).await.unwrap();
    let read: Vec<Option<u64>> = flags.get_many(values.iter().map(|id| ("n", *id))).await;
    assert_eq!(read, values.into_iter().map(Some).collect::<Vec<_>>());
    assert_eq!(manager.clear_namespace("aside").await, Ok(KEYS as u64));
    assert_eq!(manager.stats().await.store.entries, Some(300));
    assert_eq!(numbers.number(7).await, Ok(1));
    assert_eq!(source.loads(), loads + 1);
}

/// The slot's new node takes a key that was moved there, before the slot is its own; a key that is still at the old one too.
// Bites: fails without `pipeline.cmd("ASKING")` in Link::calls_with (store/redis/link.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_that_is_on_its_way_is_read_at_both_ends() {
    let cluster = cluster().await;
    let cache = connect(&cluster.url()).await;
    let (numbers, source) = filled(&cache).await;
    let (slot, from) = place(&cluster, &numbers, 7);
    let to = (from + 1) % 3;
    let loads = source.loads();
    cluster.begin_to_move(slot, from, to);
    assert_eq!(numbers.number(7).await, Ok(1), "still at the old node");
    cluster.move_keys(slot, from, to);
    for _ in 0..10 {
        assert_eq!(numbers.number(7).await, Ok(1), "asked for at the new one");
    }
    assert_eq!(source.loads(), loads, "each of them was a hit");
    assert_eq!(
        numbers.get_many::<u64, _>([("number", 7), ("number", 8)]).await,
        [Some(1), Some(1)],
        "among others too"
    );
    source.put(7, 2);
    assert_eq!(numbers.number_entry(7).invalidate().await, Ok(Invalidated::Applied));
    assert_eq!((numbers.number(7).await, numbers.number_entry(7).get().await), (Ok(2), Some(2)));
    cluster.end_move(slot, from, to);
    assert_eq!(numbers.number_entry(7).get().await, Some(2), "the slot has moved, and is followed");
}

/// The map is wrong: the first call of all is sent on, and the ones behind it go straight to the new node.
// Bites: fails without `self.follow(&redirect)` in Shared::each (store/redis/cluster/mod.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_that_has_moved_is_followed_within_the_same_call() {
    let cluster = cluster().await;
    let cache = connect(&cluster.url()).await;
    let (numbers, source) = filled(&cache).await;
    let (slot, from) = place(&cluster, &numbers, 7);
    let to = (from + 1) % 3;
    cluster.begin_to_move(slot, from, to);
    cluster.move_keys(slot, from, to);
    cluster.end_move(slot, from, to);
    let loads = source.loads();
    assert_eq!(numbers.get_many::<u64, _>([("number", 7)]).await, [Some(1)]);
    for node in &cluster.nodes[..3] {
        node.command(&["CONFIG", "RESETSTAT"]);
    }
    for _ in 0..20 {
        assert_eq!(numbers.number(7).await, Ok(1));
    }
    assert_eq!(source.loads(), loads);
    assert_eq!(cluster.nodes[from].commands_processed("get"), 0, "the map knows better by now");
    assert_eq!(cluster.nodes[to].commands_processed("get"), 20);
}

/// Slots go round between the nodes, under readers and writers that know what they must not see.
// Bites: fails without `self.shared.follow(&redirect)` in Cluster::call (store/redis/cluster/mod.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_stale_and_nothing_fails_while_slots_move() {
    let cluster = Arc::new(cluster().await);
    let (cache, other) = (connect(&cluster.url()).await, connect(&cluster.url()).await);
    let (numbers, source) = filled(&cache).await;
    let moves: Vec<(u16, usize)> = (0..8).map(|id| place(&cluster, &numbers, id)).collect();
    let done = Arc::new(AtomicBool::new(false));
    let moving = tokio::task::spawn_blocking({
        let (cluster, done) = (Arc::clone(&cluster), Arc::clone(&done));
        move || {
            for round in 0..2 {
                for (slot, from) in &moves {
                    let (from, to) = ((from + round) % 3, (from + round + 1) % 3);
                    cluster.begin_to_move(*slot, from, to);
                    cluster.move_keys(*slot, from, to);
                    cluster.move_keys(*slot, from, to);
                    cluster.end_move(*slot, from, to);
                }
            }
            done.store(true, Ordering::SeqCst);
        }
    });
    let writer = Aside::new(&other, &source);
    let mut value = 1;
    while !done.load(Ordering::SeqCst) {
        value += 1;
        for id in 0..8 {
            source.put(id, value);
            let invalidated = writer.number_entry(id).invalidate().await;
            assert_eq!(invalidated, Ok(Invalidated::Applied), "an answer within the same call");
            assert_eq!(numbers.number(id).await, Ok(value));
            assert_eq!(numbers.number(id).await, Ok(value));
        }
    }
    moving.await.unwrap();
    assert!(value > 2, "some rounds went by meanwhile");
    assert_eq!(CacheManager::new(&cache).clear_namespace("aside").await, Ok(KEYS as u64));
}

/// A scan that goes from node to node misses a key that moves the other way, but for the second pass.
// Bites: fails without `passes_on_these_nodes == 2` in Shared::invalidate_scanned (store/redis/cluster/scan.rs), going over the nodes once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_moves_to_a_node_that_was_scanned_is_cleared_all_the_same() {
    let cluster = Arc::new(cluster().await);
    let mut proxies = Vec::new();
    for node in 0..3 {
        let proxy = Proxy::start(cluster.nodes[node].port()).await;
        let (cluster, port) = (Arc::clone(&cluster), proxy.port());
        tokio::task::spawn_blocking(move || cluster.announce(node, port)).await.unwrap();
        proxies.push(proxy);
    }
    let cache = connect(&cluster.url()).await;
    let (numbers, _) = filled(&cache).await;
    let slots: Vec<u16> = (0..KEYS)
        .map(|id| place(&cluster, &numbers, id))
        .filter_map(|(slot, node)| (node == 2).then_some(slot))
        .collect();
    for (slot, ends) in [(slots[0], true), (slots[1], false)] {
        filled(&cache).await;
        proxies[2].hold_next("SCAN");
        let clearing = tokio::spawn({
            let manager = CacheManager::new(&cache);
            async move { manager.clear_namespace("aside").await }
        });
        proxies[2].holds().await;
        let moving = Arc::clone(&cluster);
        let moved = move || {
            moving.begin_to_move(slot, 2, 0);
            moving.move_keys(slot, 2, 0);
            if ends {
                moving.end_move(slot, 2, 0);
            }
        };
        tokio::task::spawn_blocking(moved).await.unwrap();
        proxies[2].release();
        assert_eq!(clearing.await.unwrap(), Ok(KEYS as u64), "the move has ended: {ends}");
        // The record of a node's run moves too, and is none.
        let manager = CacheManager::new(&cache);
        eventually(async || manager.stats().await.store.entries == Some(0)).await;
    }
}

/// A primary is killed: its keys are loaded from the source, those of others are hits; its replica takes over, and what was
/// invalidated meanwhile is not served from it.
// Bites: fails without `self.wake.notify_one()` in Shared::link and Shared::note (store/redis/cluster/mod.rs).
// Bites: fails without `shared.replay()` in tend (store/redis/cluster/tend.rs).
// Bites: fails without `node.supervisor.not_before()` in Cluster::not_before (store/redis/cluster/mod.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_dies_is_replaced_and_what_was_invalidated_is_gone() {
    let mut cluster = tokio::task::spawn_blocking(RedisCluster::quick_to_fail_over).await.unwrap();
    let cache = connect(&cluster.url()).await;
    let (numbers, source) = filled(&cache).await;
    let through = Through::new(&cache, &source);
    let manager = CacheManager::new(&cache);
    let at: Vec<usize> = (0..KEYS).map(|id| place(&cluster, &numbers, id).1).collect();
    let dead = at[7];
    let here = (0..KEYS).find(|id| at[*id as usize] != dead).unwrap();
    // Replication is asynchronous: what is not there yet would be lost, and is no part of this.
    eventually(async || {
        cluster.nodes[dead].query::<u64>(&["DBSIZE"]) == cluster.nodes[dead + 3].query::<u64>(&["DBSIZE"])
    })
    .await;
    let killed = Instant::now();
    cluster.nodes[dead].kill();
    eventually(async || !is_reachable(&cache).await).await;
    let loads = source.loads();
    assert_eq!(numbers.number(here).await, Ok(1));
    assert_eq!(source.loads(), loads, "the other nodes are well");
    source.put(7, 2);
    assert_eq!(numbers.number_entry(7).invalidate().await, Ok(Invalidated::Queued));
    assert_eq!(numbers.number(7).await, Ok(2));
    let same_node = (8..KEYS).find(|id| at[*id as usize] == dead).unwrap();
    assert_eq!(numbers.number_entry(same_node).invalidate().await, Ok(Invalidated::Queued));
    // A pattern and a namespace are on all nodes.
    assert!(manager.clear_namespace("through").await.is_err());
    let written = through.number_entry(here).write_report(|| async { Ok::<_, ()>(2) }).await.unwrap();
    assert!(matches!(written.cache, WriteEffect::Stored | WriteEffect::Queued), "{written:?}");

    let mut reads = 0_u64;
    while !is_reachable(&cache).await {
        assert_eq!(numbers.number(7).await, Ok(2), "never what the replica still has");
        reads += 1;
        assert!(killed.elapsed() < Duration::from_secs(60), "it is never whole again");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    eprintln!("whole again after {:?} ({reads} reads; node timeout {NODE_TIMEOUT:?})", killed.elapsed());
    assert_eq!(numbers.number(7).await, Ok(2));
    let fresh = Aside::new(
        &connect(&cluster.url().replace(
            &format!("127.0.0.1:{},", cluster.nodes[0].port()),
            &format!("127.0.0.1:{},", cluster.nodes[5].port()),
        ))
        .await,
        &source,
    );
    eventually(async || {
        fresh.number_entry(7).get().await != Some(1) && fresh.number_entry(same_node).get().await != Some(1)
    })
    .await;
    eventually(async || numbers.number(7).await == Ok(2) && numbers.number_entry(7).get().await == Some(2))
        .await;
    let loads = source.loads();
    let kept = (0..KEYS).find(|id| ![7, same_node].contains(id) && at[*id as usize] == dead).unwrap();
    // Replication is asynchronous: an invalidation may have been lost with the old primary.
    assert_eq!(numbers.number(kept).await, Ok(1));
    assert_eq!(source.loads(), loads + 1);
    assert_eq!((numbers.number(kept).await, numbers.number(here).await), (Ok(1), Ok(1)));
    assert_eq!(source.loads(), loads + 1, "it is trusted again, and the other nodes always were");
}

/// A packaged server saves now and then by default, and comes back with what it has saved.
// Bites: fails without `node.supervisor.not_before()` in Cluster::not_before (store/redis/cluster/mod.rs).
// Bites: fails without `to.supervisor.inherit(…)` in Shared::hand_over (store/redis/cluster/mod.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_comes_back_with_an_old_snapshot_is_not_believed() {
    let mut cluster = cluster().await;
    let cache = connect(&cluster.url()).await;
    let (numbers, source) = filled(&cache).await;
    let (_, node) = place(&cluster, &numbers, 7);
    let here = (0..KEYS).find(|id| place(&cluster, &numbers, *id).1 != node).unwrap();
    let entry = numbers.number_entry(7);
    cluster.nodes[node].command(&["SAVE"]);
    source.put(7, 2);
    assert_eq!(entry.invalidate().await, Ok(Invalidated::Applied));
    cluster.nodes[node].kill();
    eventually(async || !is_reachable(&cache).await).await;
    cluster.nodes[node].restart();
    eventually(async || is_reachable(&cache).await).await;
    let is_back =
        |cluster: &RedisCluster| cluster.nodes[node].query::<u64>(&["EXISTS", entry.key().as_str()]);
    assert_eq!(is_back(&cluster), 1, "the invalidated value is back");
    assert_eq!(entry.get().await, None);
    let loads = source.loads();
    assert_eq!((numbers.number(here).await, source.loads()), (Ok(1), loads), "the other nodes are believed");

    // What came back is not believed either where its slot goes; what is stored from now on is, also by who connects later.
    let (old, _) = (0..KEYS)
        .filter(|id| *id != 7)
        .map(|id| (id, place(&cluster, &numbers, id)))
        .find(|(_, (_, its))| *its == node)
        .unwrap();
    let (slot, _) = place(&cluster, &numbers, old);
    let to = (node + 1) % 3;
    cluster.begin_to_move(slot, node, to);
    cluster.move_keys(slot, node, to);
    cluster.end_move(slot, node, to);
    assert_eq!(numbers.number_entry(old).get().await, None, "it has taken its age along");
    assert_eq!((numbers.number(old).await, numbers.number(7).await), (Ok(1), Ok(2)));
    let inherited = async || {
        let later = Aside::new(&connect(&cluster.url()).await, &source);
        let there = (0..KEYS).find(|id| place(&cluster, &numbers, *id).1 == to && ![old, 7].contains(id));
        later.number_entry(there.unwrap()).get().await.is_none()
            && later.number_entry(old).get().await == Some(1)
            && later.number_entry(7).get().await == Some(2)
    };
    eventually(inherited).await;
}

/// A failover that is asked for: the old primary is a replica now, and sends its clients on.
// Bites: fails without `self.wake.notify_one()` in Shared::link and Shared::note (store/redis/cluster/mod.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_is_replaced_sends_its_clients_on() {
    let cluster = cluster().await;
    let cache = connect(&cluster.url()).await;
    let (numbers, source) = filled(&cache).await;
    let from = place(&cluster, &numbers, 7).1;
    let new = &cluster.nodes[from + 3];
    new.command(&["CLUSTER", "FAILOVER"]);
    let (mut value, mut after, mut asked) = (1, 0, Instant::now());
    let begun = Instant::now();
    while after < 20 {
        value += 1;
        source.put(7, value);
        let invalidated = numbers.number_entry(7).invalidate().await;
        assert!(matches!(invalidated, Ok(Invalidated::Applied | Invalidated::Queued)), "{invalidated:?}");
        assert_eq!(numbers.number(7).await, Ok(value));
        let is_new = new.role().as_deref() == Some("master");
        after += u32::from(is_new && is_reachable(&cache).await);
        // The others may not have voted in time, on a busy machine: then it gives up, and has to be asked again.
        if !is_new && asked.elapsed() > Duration::from_secs(6) {
            new.command(&["CLUSTER", "FAILOVER"]);
            asked = Instant::now();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "new: {is_new}, {}", new.log());
    }
    eventually(async || {
        numbers.number(7).await == Ok(value) && numbers.number_entry(7).get().await == Some(value)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_no_cluster_is_unavailable() {
    let server = cache_tests::RedisServer::start();
    let url = format!("redis-cluster://127.0.0.1:{}", server.port());
    let error = Cache::builder().url(&url).require_connection().build().await.unwrap_err();
    assert!(matches!(error, CacheError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("cluster support disabled"), "{error}");
    let cache = Cache::builder().url(&url).build().await.unwrap();
    let numbers = Aside::new(&cache, &Source::new());
    numbers.source.put(7, 1);
    assert_eq!(numbers.number(7).await, Ok(1));
    assert_eq!(numbers.number_entry(7).invalidate().await, Ok(Invalidated::Queued));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_credentials_are_an_error_at_connect() {
    let server = cache_tests::RedisServer::with().cluster().password("s3cret").start();
    for credentials in ["", ":wrong-s3cret@"] {
        let url = format!("redis-cluster://{credentials}127.0.0.1:{}", server.port());
        let error = Cache::connect(&url).await.unwrap_err();
        assert!(matches!(error, CacheError::Refused { .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}
