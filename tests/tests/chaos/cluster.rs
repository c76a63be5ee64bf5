//! One primary of a cluster can't be reached, the others can.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cache_runtime::prelude::*;
use cache_tests::{Fault, Proxy, RedisCluster, eventually};

use crate::black_hole::{CALLS, DEADLINE, NO_WAIT, TASKS, many_calls, share};
use crate::items::{IDS, Invalidated, Items, MEASURING, Traffic, trusted};

/// A cluster whose clients reach each primary through a proxy.
struct Behind {
    cluster: Arc<RedisCluster>,
    proxies: Vec<Proxy>,
}

#[derive(Clone, Copy, Debug)]
enum Outage {
    /// Nothing arrives, nothing is closed.
    BlackHole,
    /// Connections are closed, and new ones are taken and never answered.
    HalfOpen,
    /// Connections are closed, and new ones are refused.
    Cut,
}

impl Outage {
    fn begin(self, proxy: &Proxy) {
        match self {
            Outage::BlackHole => proxy.fault(Fault::BlackHole),
            Outage::HalfOpen => {
                proxy.fault(Fault::HalfOpen);
                proxy.cut();
            }
            Outage::Cut => proxy.refuse(),
        }
    }

    fn end(self, proxy: &Proxy) {
        match self {
            Outage::BlackHole | Outage::HalfOpen => proxy.fault(Fault::None),
            Outage::Cut => proxy.accept(),
        }
    }
}

impl Behind {
    async fn start() -> Behind {
        let cluster = Arc::new(tokio::task::spawn_blocking(RedisCluster::start).await.expect("a cluster"));
        let mut proxies = Vec::new();
        for node in 0..3 {
            let proxy = Proxy::start(cluster.nodes[node].port()).await;
            let (cluster, port) = (Arc::clone(&cluster), proxy.port());
            tokio::task::spawn_blocking(move || cluster.announce(node, port)).await.expect("it is known");
            proxies.push(proxy);
        }
        Behind { cluster, proxies }
    }

    async fn connect(&self, deadline: Duration) -> Cache {
        let ports: Vec<String> =
            self.proxies.iter().map(|proxy| format!("127.0.0.1:{}", proxy.port())).collect();
        let url = format!("redis-cluster://{}", ports.join(","));
        Cache::builder().url(url).deadline(deadline).require_connection().build().await.expect("a cache")
    }

    fn node_of(&self, items: &Items, id: u64) -> usize {
        self.cluster.index_of(items.item_entry(id).key().as_str())
    }
}

// Bites: fails without `shared.replay()` in tend (store/redis/cluster/tend.rs).
// Bites: fails without `store.is_queued(self.key)` in Call::is_queued (read.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_primary_that_can_not_be_reached_costs_the_keys_of_others_nothing() {
    let _measuring = MEASURING.lock().await;
    let behind = Behind::start().await;
    let items = Items::new(&behind.connect(DEADLINE).await);
    for outage in [Outage::BlackHole, Outage::HalfOpen, Outage::Cut] {
        for id in 0..IDS {
            items.read(id).await;
        }
        goes_through(&behind, &items, outage).await;
    }
}

async fn goes_through(behind: &Behind, items: &Items, outage: Outage) {
    let lost = behind.node_of(items, 0);
    let (there, elsewhere): (Vec<u64>, Vec<u64>) =
        (0..IDS).partition(|id| behind.node_of(items, *id) == lost);
    let proxy = &behind.proxies[lost];

    // Nobody reads something that was invalidated before, and no error reaches anybody.
    let traffic = Traffic::start(items);
    traffic.goes_on(300).await;
    outage.begin(proxy);
    let noticed = trusted(&items.cache, false).await;
    traffic.goes_on(1000).await;
    traffic.end().await;

    let mut calls: Vec<Duration> =
        many_calls(items, &there).await.into_iter().map(|(_, took)| took).collect();
    calls.sort_unstable();
    let (p50, p99) = (share(&calls, 0.5), share(&calls, 0.99));
    assert!(p99 < NO_WAIT, "{p99:?}");
    for id in there.iter().take(20) {
        assert_eq!(items.change(*id).await, Invalidated::Queued);
        items.read(*id).await;
    }
    let loads = items.source.loads.count();
    for id in elsewhere.iter().take(20) {
        assert_eq!(items.change(*id).await, Invalidated::Applied, "the other nodes are well");
        items.read(*id).await;
        items.read(*id).await;
    }
    assert_eq!(items.source.loads.count(), loads + 20, "and cache");

    let traffic = Traffic::start(items);
    let ended = Instant::now();
    outage.end(proxy);
    let back = trusted(&items.cache, true).await;
    assert!(ended.elapsed() < Duration::from_secs(2), "trusted again after {back:?}");
    traffic.goes_on(1000).await;
    traffic.end().await;
    println!(
        "{outage:?} of one primary: noticed after {noticed:?}; then {CALLS} calls of {TASKS} tasks for its keys: \
         p50 {p50:?}, p99 {p99:?}; trusted again after {back:?}"
    );
    let other = behind.connect(Duration::from_secs(10)).await;
    eventually(|| items.are_right(&other)).await;
    let id = there[0];
    eventually(|| async {
        items.read(id).await;
        items.item_entry(id).get().await.is_some()
    })
    .await;
}
