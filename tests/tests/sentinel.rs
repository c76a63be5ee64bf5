//! A master that the sentinels name, and what happens when they name another one.
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

use std::time::{Duration, Instant};

use cache_runtime::Invalidated;
use cache_runtime::prelude::*;
use cache_tests::{RedisServer, Sentinels, eventually, wait_until};

use kinds::{Aside, Flags};
use source::Source;

async fn is_reachable(cache: &Cache) -> bool {
    CacheManager::new(cache).health_check().await.reachable
}

async fn connect(url: &str) -> Cache {
    let builder = Cache::builder().url(url).deadline(Duration::from_secs(2));
    builder.require_connection().build().await.unwrap()
}

// Bites: fails without `for index in (0..count)` in Sentinels::find (store/redis/supervisor/route.rs), asking the first one only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_master_is_found_and_the_address_is_the_sentinels() {
    let mut set = tokio::task::spawn_blocking(|| Sentinels::start(1)).await.unwrap();
    // One that is gone, and one that does not answer: the third one knows.
    set.sentinels()[0].kill();
    set.sentinels()[1].pause();
    let cache = connect(&set.url()).await;
    assert_eq!(cache.to_string(), format!("{}/0", set.url()));
    let source = Source::new();
    source.put(7, 1);
    let numbers = Aside::new(&cache, &source);
    assert_eq!((numbers.number(7).await, numbers.number(7).await), (Ok(1), Ok(1)));
    assert_eq!(source.loads(), 1);
    assert_eq!(set.servers[0].query::<i64>(&["EXISTS", numbers.number_entry(7).key().as_str()]), 1);
    set.sentinels()[1].resume();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_no_sentinel_knows_is_unavailable_and_named() {
    let set = tokio::task::spawn_blocking(|| Sentinels::start(1)).await.unwrap();
    let url = set.url().replace("/cache", "/other");
    let error = Cache::builder().url(url).require_connection().build().await.unwrap_err();
    assert!(matches!(error, CacheError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("knows no `other`"), "{error}");
}

/// The master is killed: what was invalidated while there was none is gone before the new one is trusted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_dies_is_replaced_and_no_function_fails() {
    aside!(Numbers, "sentinel_dies");
    let mut set = tokio::task::spawn_blocking(|| Sentinels::start(2)).await.unwrap();
    let cache = connect(&set.url()).await;
    let source = Source::new();
    let numbers = Numbers::new(&cache, &source);
    for id in 0..10 {
        source.put(id, 1);
        assert_eq!(numbers.number(id).await, Ok(1));
    }
    let old = set.master();
    let replicated = |server: &RedisServer| server.query::<u64>(&["DBSIZE"]) == 11;
    // With the record of the master's run.
    wait_until("the replicas have everything", || set.servers.iter().all(replicated));
    let killed = Instant::now();
    set.servers.iter_mut().find(|server| server.port() == old).unwrap().kill();
    eventually(async || !is_reachable(&cache).await).await;
    source.put(7, 2);
    assert_eq!(numbers.number_entry(7).invalidate().await, Ok(Invalidated::Queued));
    let mut replaced = None;
    while !is_reachable(&cache).await {
        assert_eq!((numbers.number(7).await, numbers.number(8).await), (Ok(2), Ok(1)));
        if replaced.is_none() && set.master() != old {
            replaced = Some(Instant::now());
        }
        assert!(killed.elapsed() < Duration::from_secs(30), "it is never trusted again");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let trusted = Instant::now();
    let replaced = replaced.unwrap_or(trusted);
    eprintln!("the sentinels took {:?}, the cache {:?}", replaced - killed, trusted - replaced);
    assert!(trusted - replaced < Duration::from_secs(4), "{:?}", trusted - replaced);
    // The cache may have asked another sentinel than this, which hears of it a moment later.
    wait_until("the first sentinel knows the new master", || set.master() != old);
    let master = set.master_server();
    let key = numbers.number_entry(7).key().to_string();
    assert_ne!(numbers.number_entry(7).get().await, Some(1));
    assert_eq!(numbers.number(7).await, Ok(2));
    assert_eq!(master.query::<i64>(&["EXISTS", &key]), 1, "cached on the new master");
    // Of one that nobody has asked for meanwhile: it may have been trusted already when the others were.
    let so_far = || (source.loads(), numbers.number_entry(9).counts().restart_misses);
    let (loads, misses) = so_far();
    assert_eq!(numbers.number(9).await, Ok(1));
    // Replication is asynchronous: an invalidation may have been lost with the old master.
    assert_eq!(so_far(), (loads + 1, misses + 1));
    assert_eq!((numbers.number(9).await, source.loads()), (Ok(1), loads + 1), "and is trusted again");
}

/// The master is well, and is replaced: its clients are sent away, and find the new one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_is_replaced_is_left_for_the_new_one() {
    let set = tokio::task::spawn_blocking(|| Sentinels::steady(1)).await.unwrap();
    let cache = connect(&set.url()).await;
    let source = Source::new();
    source.put(7, 1);
    let numbers = Aside::new(&cache, &source);
    assert_eq!(numbers.number(7).await, Ok(1));
    let old = set.master();
    set.failover();
    let begun = Instant::now();
    let flags = Flags::new(&cache);
    let new = set.servers.iter().find(|server| server.port() != old).unwrap();
    let key = numbers.number_entry(7).key().to_string();
    // Whether what is done meanwhile is applied on the old one or queued: the new one has it in the end.
    let mut value = 1;
    loop {
        value += 1;
        source.put(7, value);
        let invalidated = numbers.number_entry(7).invalidate().await;
        assert!(matches!(invalidated, Ok(Invalidated::Applied | Invalidated::Queued)), "{invalidated:?}");
        assert_eq!(numbers.number(7).await, Ok(value));
        if set.master() != old
            && flags.flag("moved").set(&true).await.is_ok()
            && new.query::<i64>(&["EXISTS", flags.flag("moved").key().as_str()]) == 1
            && new.role().as_deref() == Some("master")
        {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it never came to the new master");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    eprintln!("to the new master after {:?}", begun.elapsed());
    // A load whose steps come late stores nothing, so not every one has to.
    eventually(async || {
        assert_eq!(numbers.number(7).await, Ok(value));
        new.query::<i64>(&["EXISTS", &key]) == 1
    })
    .await;
}

/// Sentinels may name a server that is a replica by now. It must not be trusted: what it has may be old.
// Bites: fails without `require_master(&role)` in Shared::is_master (store/redis/supervisor/connect.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_no_master_is_not_trusted_whoever_names_it() {
    let (master, replica) = (RedisServer::start(), RedisServer::start());
    replica.replicate(master.port());
    wait_until("it is a replica", || replica.info("master_link_status").as_deref() == Some("up"));
    let sentinel = RedisServer::with().sentinel().start();
    // A sentinel of a quorum that is never reached, so that it changes nothing.
    sentinel.command(&["SENTINEL", "MONITOR", "cache", "127.0.0.1", &replica.port().to_string(), "9"]);
    for url in [format!("redis-sentinel://127.0.0.1:{}/cache", sentinel.port()), replica.url()] {
        let error = Cache::builder().url(&url).require_connection().build().await.unwrap_err();
        assert!(error.to_string().contains("no master"), "{error}");
        let cache = Cache::builder().url(&url).deadline(Duration::from_secs(2)).build().await.unwrap();
        assert!(!is_reachable(&cache).await);
        let numbers = Aside::new(&cache, &Source::new());
        numbers.source.put(7, 1);
        assert_eq!(numbers.number(7).await, Ok(1));
        assert_eq!(numbers.number_entry(7).invalidate().await, Ok(Invalidated::Queued));
    }
    // A plain one that becomes a master is found.
    let cache = Cache::connect(&replica.url()).await.unwrap();
    replica.command(&["REPLICAOF", "NO", "ONE"]);
    eventually(async || is_reachable(&cache).await).await;
}

/// Nobody tells a server's clients that it was demoted; the next sign of life does, without any write.
// Bites: fails without `require_master(…)` in Shared::beat (store/redis/supervisor/connect.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demoted_server_is_noticed_by_readers() {
    let (server, mut other) = (RedisServer::start(), RedisServer::start());
    let cache = connect(&server.url()).await;
    // While it loaded another's data, the server would say that it is unwell.
    other.stop();
    server.replicate(other.port());
    eventually(async || !is_reachable(&cache).await).await;
    server.command(&["REPLICAOF", "NO", "ONE"]);
    eventually(async || is_reachable(&cache).await).await;
}

/// A user who may not ask for the role learns it from the answer to a write.
// Bites: fails without `|| is_demoted(error)` in is_broken (store/redis/supervisor/mod.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_is_refused_by_a_replica_withdraws_the_connection() {
    let (server, mut other) = (RedisServer::start(), RedisServer::start());
    // While it loaded another's data, the server would say that it is unwell.
    other.stop();
    server.command(&["ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-role"]);
    let cache = connect(&format!("redis://app:pw@127.0.0.1:{}", server.port())).await;
    let source = Source::new();
    source.put(7, 1);
    let numbers = Aside::new(&cache, &source);
    assert_eq!(numbers.number(7).await, Ok(1));
    server.replicate(other.port());
    // Taken out of use in that call: what comes next is not even sent.
    let connections = || {
        let clients: String = server.query(&["CLIENT", "LIST", "TYPE", "normal"]);
        clients.lines().filter(|client| client.contains("user=app")).count()
    };
    let first: String = server.query(&["CLIENT", "LIST"]);
    let id = |clients: &str| {
        let line = clients.lines().find(|client| client.contains("user=app"))?.to_owned();
        line.split(' ').next().map(str::to_owned)
    };
    let before = id(&first);
    source.put(7, 2);
    assert_eq!(numbers.number_entry(7).invalidate().await, Ok(Invalidated::Queued));
    assert_eq!(numbers.number(7).await, Ok(2));
    eventually(async || {
        let now: String = server.query(&["CLIENT", "LIST"]);
        id(&now).is_some_and(|now| Some(now) != before)
    })
    .await;
    assert!(connections() <= 1);
    server.command(&["REPLICAOF", "NO", "ONE"]);
    eventually(async || {
        is_reachable(&cache).await && numbers.number_entry(7).get().await == Some(2)
            || numbers.number(7).await != Ok(2)
    })
    .await;
    assert_eq!(numbers.number(7).await, Ok(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentinels_have_credentials_of_their_own() {
    let master = RedisServer::with().password("s3cret").start();
    let sentinel = RedisServer::with().sentinel().password("w4tch").start();
    sentinel.command(&["SENTINEL", "MONITOR", "cache", "127.0.0.1", &master.port().to_string(), "1"]);
    let url = |query: &str| format!("redis-sentinel://:s3cret@127.0.0.1:{}/cache/1{query}", sentinel.port());
    let cache = connect(&url("?sentinel_password=w4tch")).await;
    assert_eq!(cache.to_string(), format!("redis-sentinel://127.0.0.1:{}/cache/1", sentinel.port()));
    assert!(is_reachable(&cache).await);
    for wrong in ["", "?sentinel_password=s3cret"] {
        let error = Cache::connect(&url(wrong)).await.unwrap_err();
        assert!(matches!(error, CacheError::Refused { .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}
