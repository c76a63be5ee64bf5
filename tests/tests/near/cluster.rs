//! On a cluster each primary tells of its own keys.

use cache_tests::{RedisCluster, eventually};

use super::*;

/// Bites: without `near.forget(key)` in forget (store/redis/changes.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_primary_of_a_cluster_tells_of_its_keys() {
    let cluster = tokio::task::spawn_blocking(RedisCluster::start).await.unwrap();
    let source = Source::default();
    let (here, there) = (near(&cluster.url(), &source).await, other(&cluster.url(), &source).await);
    for version in 1..5 {
        source.set(version);
        for id in 0..30 {
            let _ = there.number_entry(id).invalidate().await.unwrap();
        }
        for id in 0..30 {
            becomes(version, || async { *here.number(id).await }).await;
        }
        // What was loaded here comes in with the next read; the word of its own fill may take it once more.
        for id in (0..30).cycle().take(90) {
            here.number(id).await;
        }
    }
    let before = cluster.commands_processed("get");
    for id in 0..30 {
        here.number(id).await;
    }
    assert_eq!(cluster.commands_processed("get"), before, "all of them are in the process");
}

/// A node that the others have given up may answer for a while, and knows nothing of what they change.
///
/// Bites: without `is_believed` in Shared::beat (supervisor/connect.rs). After the new connection: where that is no sign of life at
/// all, in place of one for no time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_not_in_its_cluster_is_not_believed() {
    let cluster = tokio::task::spawn_blocking(RedisCluster::quick_to_fail_over).await.unwrap();
    let (source, nodes) = (Source::default(), &cluster.nodes);
    let here = near(&cluster.url(), &source).await;
    let is_at_the_first = |id: &u64| cluster.index_of(here.number_entry(*id).key().as_str()) == 0;
    let id = (0..).find(is_at_the_first).unwrap();
    warm(&here, &nodes[0], id).await;

    // Some of the slots are nowhere. To the first node that is no cluster, but it lets its keys be read.
    nodes[0].command(&["CONFIG", "SET", "cluster-allow-reads-when-down", "yes"]);
    nodes[1].command(&["CONFIG", "SET", "cluster-require-full-coverage", "no"]);
    nodes[2].pause();
    nodes[5].pause();
    let calls_it_well = |node: usize| {
        let info: String = nodes[node].query(&["CLUSTER", "INFO"]);
        info.contains("cluster_state:ok")
    };
    eventually(async || !calls_it_well(0)).await;
    assert!(calls_it_well(1));
    let is_past_the_near_cache = || async {
        let before = reads(&nodes[0]);
        for _ in 0..10 {
            here.number(id).await;
        }
        reads(&nodes[0]) == before + 10
    };
    becomes(true, is_past_the_near_cache).await;
    end_those_who_are_told(&nodes[0]);
    becomes(true, is_past_the_near_cache).await;

    nodes[2].resume();
    nodes[5].resume();
    warm(&here, &nodes[0], id).await;
}
