//! Changes: what this process changes is gone when it is told so, what others change within the time of a message.

use cache_runtime::Invalidated;

use super::*;

#[tokio::test]
async fn what_this_process_invalidates_is_gone_at_once() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    for version in 1..100 {
        source.set(version);
        assert_eq!(numbers.number_entry(1).invalidate().await.unwrap(), Invalidated::Applied);
        for _ in 0..4 {
            assert_eq!(*numbers.number(1).await, version);
        }
    }
}

/// The same for a write, a pattern and a tag.
#[tokio::test]
async fn what_this_process_writes_is_read_at_once() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    for version in 1..50 {
        let write = || async {
            source.set(version);
            Ok::<_, String>(Arc::new(version))
        };
        numbers.number_entry(1).write(write).await.unwrap();
        for _ in 0..4 {
            assert_eq!(*numbers.number(1).await, version);
        }
        source.set(version + 1000);
        numbers.number_pattern(cache_runtime::Any).invalidate().await.unwrap();
        assert_eq!(*numbers.number(1).await, version + 1000);
        for _ in 0..4 {
            numbers.tagged(1).await;
        }
        source.set(version + 2000);
        numbers.fell().await;
        assert_eq!(numbers.tagged(1).await, version + 2000);
    }
}

/// Bites: without `near.forget(key)` in forget (store/redis/changes.rs).
#[tokio::test]
async fn what_another_process_invalidates_is_gone_with_the_push() {
    let (server, source) = (RedisServer::start(), Source::default());
    let (here, there) = (near(&server.url(), &source).await, other(&server.url(), &source).await);
    for version in 1..50 {
        source.set(version);
        let _ = there.number_entry(1).invalidate().await.unwrap();
        becomes(version, || async { *here.number(1).await }).await;
        for _ in 0..4 {
            assert_eq!(*here.number(1).await, version);
        }
    }
}

/// Bites: without `near.forget(key)` in forget (store/redis/changes.rs).
#[tokio::test]
async fn what_another_process_writes_is_read_with_the_push() {
    let (server, source) = (RedisServer::start(), Source::default());
    let (here, there) = (near(&server.url(), &source).await, other(&server.url(), &source).await);
    for version in 1..50 {
        let write = || async {
            source.set(version);
            Ok::<_, String>(Arc::new(version))
        };
        there.number_entry(1).write(write).await.unwrap();
        becomes(version, || async { *here.number(1).await }).await;
        for _ in 0..4 {
            assert_eq!(*here.number(1).await, version);
        }
    }
}

/// Bites: without `near.forget(key)` in forget (store/redis/changes.rs).
#[tokio::test]
async fn a_tag_that_falls_elsewhere_takes_its_entries_here() {
    let (server, source) = (RedisServer::start(), Source::default());
    let (here, there) = (near(&server.url(), &source).await, other(&server.url(), &source).await);
    for version in 1..20 {
        for id in 0..10 {
            for _ in 0..3 {
                here.tagged(id).await;
            }
        }
        source.set(version);
        there.fell().await;
        for id in 0..10 {
            becomes(version, || here.tagged(id)).await;
        }
    }
}

/// Bites: without the last `near.forget_all()` in forget (store/redis/changes.rs).
#[tokio::test]
async fn a_flush_of_the_server_is_one_here() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    warm(&numbers, &server, 1).await;
    source.set(1);
    server.command(&["FLUSHALL"]);
    becomes(1, || async { *numbers.number(1).await }).await;
}
