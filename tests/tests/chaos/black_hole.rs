//! A server that is still connected, and has nothing to say.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cache_runtime::prelude::*;
use cache_tests::{Fault, Proxy, RedisServer, eventually};

use crate::items::{IDS, Invalidated, Items, MEASURING, trusted};

pub(crate) const TASKS: u64 = 64;
pub(crate) const CALLS: u64 = 10_000;
pub(crate) const DEADLINE: Duration = Duration::from_millis(500);
/// Who waits for a server waits for the whole deadline; who does not may still wait for a busy machine.
pub(crate) const NO_WAIT: Duration = Duration::from_millis(125);

/// When a call began, and how long it took.
type Calls = Vec<(Instant, Duration)>;

/// Reads these items in turn.
pub(crate) async fn many_calls(items: &Items, ids: &[u64]) -> Calls {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let task = |task: u64| {
        let (items, ids, calls) = (items.clone(), ids.to_vec(), Arc::clone(&calls));
        tokio::spawn(async move {
            let mut own = Vec::new();
            for call in (task..CALLS).step_by(TASKS as usize) {
                let began = Instant::now();
                items.read_quickly(ids[call as usize % ids.len()]).await;
                own.push((began, began.elapsed()));
            }
            calls.lock().expect("nobody panics with it").extend(own);
        })
    };
    let all = async {
        for task in (0..TASKS).map(task).collect::<Vec<_>>() {
            task.await.expect("no call fails");
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all).await.expect("somebody hangs");
    Arc::try_unwrap(calls).expect("all are done").into_inner().expect("nobody panicked with it")
}

pub(crate) fn share(sorted: &[Duration], share: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

// Bites: fails without `shared.replay(…)` in reconnect and watch (store/redis/supervisor/tend.rs).
// Bites: fails without `wake_by_ref()`, or with `return Poll::Pending` for `Clock::Starts`, in Budget::poll_step (store/spend.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_black_hole_costs_one_deadline_and_then_microseconds() {
    let _measuring = MEASURING.lock().await;
    let server = RedisServer::start();
    let proxy = Proxy::start(server.port()).await;
    let build = |url: String, deadline| Cache::builder().url(url).deadline(deadline).require_connection();
    let cache = build(proxy.url(), DEADLINE).build().await.unwrap();
    let there = build(server.url(), Duration::from_secs(10)).build().await.unwrap();
    let items = Items::new(&cache);
    for id in 0..IDS {
        items.read(id).await;
    }

    proxy.fault(Fault::BlackHole);
    let began = Instant::now();
    let withdrawn = tokio::spawn({
        let cache = cache.clone();
        async move {
            trusted(&cache, false).await;
            Instant::now()
        }
    });
    let ids: Vec<u64> = (0..IDS).collect();
    let calls = many_calls(&items, &ids).await;
    let withdrawn = withdrawn.await.unwrap();
    let first = calls.iter().filter(|(began, _)| *began < withdrawn).map(|(_, took)| *took);
    let slowest = first.max().unwrap_or_default();
    let slow = calls.iter().filter(|(_, took)| *took >= DEADLINE).count();
    let mut late: Vec<Duration> =
        calls.iter().filter(|(began, _)| *began >= withdrawn).map(|(_, took)| *took).collect();
    late.sort_unstable();
    // The quick ones may be done before the look at the connection has told.
    if late.len() < 1000 {
        late = many_calls(&items, &ids).await.into_iter().map(|(_, took)| took).collect();
        late.sort_unstable();
    }
    println!(
        "black hole: {CALLS} calls of {TASKS} tasks; withdrawn after {:?}, slowest call until then {slowest:?} \
         (deadline {DEADLINE:?}, {slow} took that long); then {} calls: p50 {:?}, p99 {:?}",
        withdrawn - began,
        late.len(),
        share(&late, 0.5),
        share(&late, 0.99),
    );
    // The read, the lease and the fill together; each by itself would be 1.5 s.
    assert!(slowest < Duration::from_millis(1300), "{slowest:?}");
    // The first call of each task, and not the second one too: a sign of life is missed later.
    assert!(slow <= TASKS as usize * 3 / 2, "{slow}");
    assert!(share(&late, 0.99) < NO_WAIT, "{:?}", share(&late, 0.99));

    for id in 0..50 {
        assert_eq!(items.change(id).await, Invalidated::Queued);
        items.read(id).await;
    }
    proxy.fault(Fault::None);
    println!("black hole: trusted again {:?} after the network was back", trusted(&cache, true).await);
    let elsewhere = items.by(&there);
    for id in 0..IDS {
        let floor = items.floor(id);
        if let Some(item) = elsewhere.item_entry(id).get().await {
            elsewhere.check(&item, id, floor);
        }
        elsewhere.read(id).await;
        items.read(id).await;
    }
    eventually(|| async {
        items.read(7).await;
        items.item_entry(7).get().await.is_some()
    })
    .await;
}

/// The server goes away, and what answers instead of it only takes connections.
// Bites: fails without `shared.replay(…)` in reconnect and watch (store/redis/supervisor/tend.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_only_takes_connections_is_no_server() {
    let server = RedisServer::start();
    let proxy = Proxy::start(server.port()).await;
    // Nothing here is about deadlines, which a busy machine may miss.
    let builder = Cache::builder().url(proxy.url()).deadline(Duration::from_secs(5));
    let cache = builder.require_connection().build().await.unwrap();
    let items = Items::new(&cache);
    items.read(1).await;
    proxy.fault(Fault::HalfOpen);
    items.read(1).await;
    assert!(items.item_entry(1).get().await.is_some(), "what stands goes on");
    proxy.cut();
    trusted(&cache, false).await;
    assert_eq!(items.change(1).await, Invalidated::Queued);
    many_calls(&items, &[1]).await;
    proxy.fault(Fault::None);
    println!("half-open: trusted again after {:?}", trusted(&cache, true).await);
    items.read(1).await;
    assert!(items.item_entry(1).get().await.is_some());
}
