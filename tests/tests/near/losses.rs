//! Connections that are lost: what they would have told of is not believed any more.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Instant;

use cache_tests::{Fault, Proxy, eventually};

use super::*;

#[cache_strategy]
impl Numbers {
    #[cached(key = "shaken/<id>")]
    async fn shaken(&self, id: u64) -> Arc<u64> {
        Arc::new(self.source.read(id))
    }
}

/// Nothing is asked over the connection, and no sign of life is due: time stands still for everything but the clock of the hits.
///
/// Bites: without `PushKind::Disconnection` in Changes::listener (store/redis/changes.rs).
#[tokio::test]
async fn a_connection_that_is_closed_takes_everything_along_at_once() {
    let (server, source) = (RedisServer::start(), Source::default());
    let proxy = Proxy::start(server.port()).await;
    let cache = Cache::builder().url(proxy.url()).deadline(Duration::from_secs(60)).require_connection();
    let cache = cache.near(NearCache::megabytes(4)).build().await.unwrap();
    let here = Numbers { cache, source: source.clone() };
    warm(&here, &server, 1).await;
    let key = here.number_entry(1).key().to_string();
    // Never idle, so that it does not go on by itself.
    tokio::time::pause();
    proxy.refuse();
    while !those_who_are_told(&server).is_empty() {
        tokio::task::yield_now().await;
    }
    source.set(1);
    server.command(&["UNLINK", &key]);
    let since = Instant::now();
    while *here.number(1).await == 0 {
        assert!(since.elapsed() < Duration::from_secs(20), "only the clock would end it, after a minute");
        tokio::task::yield_now().await;
    }
}

/// What is connected to is no master any more, and another server is. A caller who was given no answer yet, and does not look for
/// one, holds the connection to the former for as long as he likes.
///
/// Bites: without `link.lose()` in Shared::withdraw (supervisor/mod.rs).
#[tokio::test]
async fn a_connection_that_was_given_up_is_not_believed_while_somebody_holds_it() {
    let (former, server, source) = (RedisServer::start(), RedisServer::start(), Source::default());
    let proxy = Proxy::start(former.port()).await;
    let here = near(&proxy.url(), &source).await;
    warm(&here, &former, 1).await;
    let mut held = pin!(here.far(1));
    assert!(held.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    proxy.lead_to(server.port());
    former.command(&["REPLICAOF", "127.0.0.1", "1"]);
    source.set(1);
    eventually(async || {
        here.far(2).await;
        reads(&server) > 0
    })
    .await;
    assert_eq!(*here.number(1).await, 1, "it was told by nobody, and the connection is another one");
    warm(&here, &server, 1).await;
}

/// Bites: without `begin_epoch` in Trust::is_lost (near/trust.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_cut_takes_everything_along() {
    let (server, source) = (RedisServer::start(), Source::default());
    let proxy = Proxy::start(server.port()).await;
    let (here, there) = (near(&proxy.url(), &source).await, other(&server.url(), &source).await);
    for version in 1..10 {
        warm(&here, &server, 1).await;
        proxy.refuse();
        // Told to nobody: the connection is down.
        source.set(version);
        let _ = there.number_entry(1).invalidate().await.unwrap();
        becomes(version, || async { *here.number(1).await }).await;
        proxy.accept();
        becomes(true, || async { CacheManager::new(&here.cache).health_check().await.reachable }).await;
        assert_eq!(*here.number(1).await, version);
    }
}

/// A network that swallows everything: nobody closes the connection, and no push comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_dead_is_not_believed_for_long() {
    let (server, source) = (RedisServer::start(), Source::default());
    let proxy = Proxy::start(server.port()).await;
    let cache = Cache::builder().url(proxy.url()).deadline(Duration::from_millis(100)).require_connection();
    let cache = cache.near(NearCache::megabytes(4)).build().await.unwrap();
    let here = Numbers { cache, source: source.clone() };
    let there = other(&server.url(), &source).await;
    warm(&here, &server, 1).await;
    proxy.fault(Fault::BlackHole);
    source.set(1);
    let _ = there.number_entry(1).invalidate().await.unwrap();
    becomes(1, || async { *here.number(1).await }).await;
    proxy.fault(Fault::None);
    becomes(true, || async { CacheManager::new(&here.cache).health_check().await.reachable }).await;
    assert_eq!(*here.number(1).await, 1);
}

/// Connections are killed at random while a value is changed again and again: it never goes back, and arrives each time.
///
/// Bites: without `begin_epoch` in Trust::is_lost (near/trust.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_old_stays_while_connections_are_killed() {
    let (server, source) = (RedisServer::start(), Source::default());
    let proxy = Proxy::start(server.port()).await;
    let (here, there) = (near(&proxy.url(), &source).await, other(&server.url(), &source).await);
    let here = Arc::new(here);
    let done = Arc::new(AtomicU64::new(0));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (here, done) = (Arc::clone(&here), Arc::clone(&done));
            tokio::spawn(async move {
                let mut last = 0;
                while done.load(Ordering::SeqCst) == 0 {
                    let now = *here.shaken(1).await;
                    assert!(now >= last, "{now} after {last}");
                    last = now;
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for version in 1..=60 {
        if version % 10 == 0 {
            becomes(true, || async { CacheManager::new(&here.cache).health_check().await.reachable }).await;
            // The readers bring it here.
            let hits = here.shaken_entry(1).counts().near_hits;
            becomes(true, || async { here.shaken_entry(1).counts().near_hits > hits }).await;
            proxy.cut();
        }
        source.set(version);
        let _ = there.shaken_entry(1).invalidate().await.unwrap();
        becomes(version, || async { *here.shaken(1).await }).await;
    }
    done.store(1, Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
    assert!(proxy.accepted() >= 6, "the connections were killed: {}", proxy.accepted());
}
