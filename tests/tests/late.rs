//! Commands that arrive late, on connections that are gone: what was not answered may still happen.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    reason = "a test that fails has to fail"
)]

#[macro_use]
#[path = "conformance/kinds.rs"]
mod kinds;
#[path = "conformance/source.rs"]
mod source;

use std::collections::HashMap;
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_tests::{Proxy, RedisServer, eventually};

use source::Source;

/// A node behind a proxy, and one that talks to the server itself.
struct Two {
    server: RedisServer,
    proxy: Proxy,
    one: Cache,
    other: Cache,
}

async fn two(deadline: Duration) -> Two {
    let server = RedisServer::start();
    let proxy = Proxy::start(server.port()).await;
    let build =
        |url: String, deadline| Cache::builder().url(url).deadline(deadline).require_connection().build();
    let one = build(proxy.url(), deadline).await.unwrap();
    let other = build(server.url(), Duration::from_secs(10)).await.unwrap();
    Two { server, proxy, one, other }
}

async fn is_back(cache: &Cache) {
    eventually(async || CacheManager::new(cache).health_check().await.reachable).await;
}

/// Waits until the server has done what was held.
async fn has_scripts(server: &RedisServer, count: u64) {
    eventually(async || server.commands_processed("evalsha") >= count).await;
}

/// The lease is granted after the load began, and after an invalidation that did not find it.
// Bites: fails without `Err(error) => without_hold(…)` in take_lease (load/lead.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_is_granted_late_is_nobodys() {
    aside!(Numbers, "late_granted");
    let Two { server, proxy, one, other } = two(Duration::from_millis(50)).await;
    let source = Source::new();
    let (a, b) = (Numbers::new(&one, &source), Numbers::new(&other, &source));
    source.put(7, 1);
    source.hold();
    proxy.hold_next_script();
    let early = tokio::spawn({
        let a = a.clone();
        async move { a.number(7).await }
    });
    source.has_begun(1).await;
    source.put(7, 2);
    b.number_entry(7).invalidate().await.unwrap();
    let scripts = server.commands_processed("evalsha");
    proxy.release();
    has_scripts(&server, scripts + 1).await;
    let late = tokio::spawn({
        let a = a.clone();
        async move { a.number(7).await }
    });
    eventually(async || a.number_entry(7).counts().misses >= 2).await;
    source.release();
    assert_eq!((early.await.unwrap(), late.await.unwrap()), (Ok(1), Ok(2)));
    assert_ne!(b.number_entry(7).get().await, Some(1));
}

/// The connection dies with the lease on its way; a new one would carry the fill.
// Bites: fails without `Err(error) => without_hold(…)` in take_lease (load/lead.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_from_a_connection_that_is_gone_is_not_filled() {
    aside!(Numbers, "late_gone");
    let Two { server, proxy, one, other } = two(Duration::from_secs(10)).await;
    let source = Source::new();
    let (a, b) = (Numbers::new(&one, &source), Numbers::new(&other, &source));
    source.put(7, 1);
    source.hold();
    proxy.hold_next_script();
    let early = tokio::spawn(async move { a.number(7).await });
    proxy.holds().await;
    proxy.cut();
    source.has_begun(1).await;
    is_back(&one).await;
    source.put(7, 2);
    b.number_entry(7).invalidate().await.unwrap();
    let scripts = server.commands_processed("evalsha");
    proxy.release();
    has_scripts(&server, scripts + 1).await;
    source.release();
    assert_eq!(early.await.unwrap(), Ok(1));
    assert_ne!(b.number_entry(7).get().await, Some(1));
}

/// A leader is dropped with its lease on its way; the waiter that takes over asks for one of its own.
// Bites: fails without `let nonce = Nonce::new()` in take_lease (load/lead.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiter_that_takes_over_does_not_load_under_the_old_lease() {
    aside!(Numbers, "late_taken_over");
    let Two { server, proxy, one, other } = two(Duration::from_secs(10)).await;
    let source = Source::new();
    let (a, b) = (Numbers::new(&one, &source), Numbers::new(&other, &source));
    source.put(7, 1);
    source.hold();
    proxy.hold_next_script();
    let mut leader = Box::pin({
        let a = a.clone();
        async move { a.number(7).await }
    });
    tokio::select! {
        biased;
        () = proxy.holds() => {}
        _ = &mut leader => panic!("its lease is held"),
    }
    let waiter = tokio::spawn({
        let a = a.clone();
        async move { a.number(7).await }
    });
    eventually(async || a.number_entry(7).counts().waits != 0).await;
    proxy.cut();
    // Then the link is known to be gone; the waiter has to use the new one.
    proxy.has_accepted(2).await;
    is_back(&one).await;
    drop(leader);
    source.has_begun(1).await;
    source.put(7, 2);
    b.number_entry(7).invalidate().await.unwrap();
    let scripts = server.commands_processed("evalsha");
    proxy.release();
    has_scripts(&server, scripts + 1).await;
    source.release();
    assert_eq!(waiter.await.unwrap(), Ok(1));
    assert_ne!(b.number_entry(7).get().await, Some(1));
}

/// Another node's lease stands; a load of this node, which was revoked, is still under way.
// Bites: fails without `seen == state.seen.as_ref()` in Waiter::join (load/flight.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_load_is_not_joined_by_who_sees_another_lease() {
    aside!(Numbers, "late_revoked");
    let Two { server: _server, proxy: _proxy, one, other } = two(Duration::from_secs(10)).await;
    let source = Source::new();
    let (a, b) = (Numbers::new(&one, &source), Numbers::new(&other, &source));
    source.put(7, 1);
    source.hold();
    let load = |node: &Numbers| {
        let node = node.clone();
        tokio::spawn(async move { node.number(7).await })
    };
    let early = load(&a);
    source.has_begun(1).await;
    source.put(7, 2);
    b.number_entry(7).invalidate().await.unwrap();
    let there = load(&b);
    source.has_begun(2).await;
    let waits = a.number_entry(7).counts().waits;
    let late = load(&a);
    eventually(async || a.number_entry(7).counts().waits != waits).await;
    source.release();
    assert_eq!((early.await.unwrap(), there.await.unwrap(), late.await.unwrap()), (Ok(1), Ok(2), Ok(2)));
}

/// The mark is the same, but something happened to it.
// Bites: fails without `seen == state.seen.as_ref()` in Waiter::join (load/flight.rs).
// Bites: fails without `self.events += 1` in Mark::contend (store/memory/slot.rs), and `events + 1` in mark.lua.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_load_under_a_mark_is_not_joined_after_an_invalidation() {
    through!(Numbers, "late_mark");
    let Two { server: _server, proxy: _proxy, one, other } = two(Duration::from_secs(10)).await;
    let source = Source::new();
    let (a, b) = (Numbers::new(&one, &source), Numbers::new(&other, &source));
    source.put(7, 1);
    let load = || {
        let b = b.clone();
        tokio::spawn(async move { b.number(7).await })
    };
    let persist = || async {
        source.hold();
        let early = load();
        source.has_begun(1).await;
        // Nothing has happened: this one may share.
        let with = load();
        eventually(async || b.number_entry(7).counts().waits != 0).await;
        source.put(7, 2);
        a.number_entry(7).invalidate().await.unwrap();
        let misses = b.number_entry(7).counts().misses;
        let late = load();
        eventually(async || b.number_entry(7).counts().misses != misses).await;
        source.release();
        assert_eq!((early.await.unwrap(), with.await.unwrap(), late.await.unwrap()), (Ok(1), Ok(1), Ok(2)));
        Ok::<_, ()>(2)
    };
    a.number_entry(7).write(persist).await.unwrap();
    assert_eq!(source.loads(), 2);
}

/// A server forgets its scripts in the middle of a batch: the leases that were granted before are not asked for again.
// Bites: fails without `again` in Link::calls (store/redis/link.rs), sending all of them once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_does_not_wait_for_its_own_leases() {
    #[cache_strategy(namespace = "late_batch", ttl = 60)]
    struct Squares {
        cache: Cache,
    }
    #[cache_strategy]
    impl Squares {
        #[cached(key = "square/<ids>", batch)]
        async fn squares(&self, ids: &[u64]) -> HashMap<u64, u64> {
            ids.iter().map(|id| (*id, id * id)).collect()
        }
    }
    let Two { server: _server, proxy, one, .. } = two(Duration::from_secs(10)).await;
    let squares = Squares { cache: one };
    proxy.forget_next_script_at(squares.squares_entry(2).key().as_str());
    let loaded = squares.squares(&[1, 2, 3]).await;
    assert_eq!(loaded, HashMap::from([(1, 1), (2, 4), (3, 9)]));
    let counts = squares.squares_entry(1).counts();
    assert_eq!((counts.loads, counts.waits, counts.fills), (1, 0, 3));
}
