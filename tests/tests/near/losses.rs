//! Connections that are lost: what they would have told of is not believed any more.

use cache_tests::{Fault, Proxy};

use super::*;

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
                    let now = *here.number(1).await;
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
            let hits = here.number_entry(1).counts().near_hits;
            becomes(true, || async { here.number_entry(1).counts().near_hits > hits }).await;
            proxy.cut();
        }
        source.set(version);
        let _ = there.number_entry(1).invalidate().await.unwrap();
        becomes(version, || async { *here.number(1).await }).await;
    }
    done.store(1, Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
    assert!(proxy.accepted() >= 6, "the connections were killed: {}", proxy.accepted());
}
