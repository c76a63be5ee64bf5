//! Answers that are noise, or end in the middle.

use std::time::Duration;

use cache_runtime::prelude::*;
use cache_tests::{Fault, Proxy, RedisServer, eventually};

use crate::items::{IDS, Items, Traffic, trusted};

const ROUNDS: u64 = 20;

async fn under(fault: Fault) {
    let server = RedisServer::start();
    let proxy = Proxy::start(server.port()).await;
    let deadline = Duration::from_millis(50);
    let cache = Cache::builder().url(proxy.url()).deadline(deadline).require_connection().build();
    let items = Items::new(&cache.await.unwrap());
    let traffic = Traffic::start(&items);
    for _ in 0..ROUNDS {
        traffic.goes_on(300).await;
        let before = proxy.accepted();
        proxy.fault(fault);
        traffic.goes_on(300).await;
        if fault == Fault::Garbage {
            // It is noticed, whether the server is trusted again in between or not.
            eventually(|| async { proxy.accepted() > before }).await;
        } else {
            trusted(&items.cache, false).await;
        }
        proxy.fault(Fault::None);
        trusted(&items.cache, true).await;
    }
    let calls = traffic.end().await;
    println!("{fault:?}: {ROUNDS} rounds, {calls} calls, {} connections", proxy.accepted());
    // A busy machine may miss the deadline now and then.
    eventually(|| async {
        for id in 0..IDS {
            items.read(id).await;
        }
        items.item_entry(7).get().await.is_some()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn noise_in_the_answers_is_never_a_value() {
    under(Fault::Garbage).await;
}

// Bites: fails without `timeout(shared.heartbeat_timeout, …)` in watch (store/redis/supervisor/tend.rs), and `>= LATE_IN_A_ROW` in Waiting::drop.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn answers_that_end_in_the_middle_hold_nobody() {
    under(Fault::Partial).await;
}
