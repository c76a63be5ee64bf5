//! A real server that dies, stops, forgets, or is full.

use std::time::Duration;

use cache_runtime::prelude::*;
use cache_tests::{RedisServer, eventually};

use crate::items::{IDS, Invalidated, Items, Traffic, trusted};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_dies_stops_and_forgets_under_load_fails_nobody() {
    let mut server = RedisServer::start();
    let cache = Cache::builder().url(server.url()).require_connection().build().await.unwrap();
    let items = Items::new(&cache);
    let traffic = Traffic::start(&items);
    for round in 0..3 {
        traffic.goes_on(500).await;
        server.kill();
        let lost = trusted(&cache, false).await;
        traffic.goes_on(500).await;
        server.restart();
        let back = trusted(&cache, true).await;
        println!("round {round}, killed: noticed after {lost:?}, trusted again after {back:?}");

        traffic.goes_on(500).await;
        server.pause();
        let lost = trusted(&cache, false).await;
        traffic.goes_on(500).await;
        server.resume();
        let back = trusted(&cache, true).await;
        println!("round {round}, stopped: noticed after {lost:?}, trusted again after {back:?}");

        traffic.goes_on(500).await;
        server.restart();
        let back = trusted(&cache, true).await;
        println!("round {round}, restarted: trusted again after {back:?}");

        for _ in 0..20 {
            traffic.goes_on(20).await;
            server.command(&["FLUSHALL"]);
        }
    }
    let calls = traffic.end().await;
    println!("{calls} calls, {} loads, no error", items.source.loads.count());
    // A busy machine may miss a deadline, of which nothing here is about.
    eventually(|| async {
        items.read(7).await;
        items.item_entry(7).get().await.is_some()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_is_full_is_read_and_told_and_fails_nobody() {
    let server = RedisServer::start();
    let patient = || Cache::builder().url(server.url()).deadline(Duration::from_secs(10)).build();
    let (cache, other) = (patient().await.unwrap(), patient().await.unwrap());
    let items = Items::new(&cache);
    for id in 0..IDS / 2 {
        items.read(id).await;
    }
    fill(&server);
    let loads = items.source.loads.count();
    for id in 0..IDS / 2 {
        items.read(id).await;
    }
    assert_eq!(items.source.loads.count(), loads, "what is there is read");
    for id in IDS / 2..IDS {
        items.read(id).await;
    }
    assert_eq!(items.source.loads.count(), loads + IDS / 2, "the others are loaded");
    for id in IDS / 2..IDS {
        assert_eq!(items.by(&other).item_entry(id).get().await, None, "and not stored");
    }
    for id in 0..IDS / 2 {
        assert_eq!(items.change(id).await, Invalidated::Applied);
        assert_eq!(items.by(&other).item_entry(id).get().await, None);
    }
    let traffic = Traffic::start(&items);
    traffic.goes_on(2000).await;
    traffic.end().await;
    assert!(CacheManager::new(&cache).health_check().await.reachable, "it is full, and not lost");

    server.command(&["CONFIG", "SET", "maxmemory", "0"]);
    // A busy machine may miss a deadline, of which nothing here is about.
    eventually(|| async {
        items.read(7).await;
        items.item_entry(7).get().await.is_some()
    })
    .await;
}

/// Puts in what there is room for, and then takes some room away: who lets go of a value has not made room for another.
fn fill(server: &RedisServer) {
    server.command(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    let memory: String = server.query(&["INFO", "memory"]);
    let used = memory.lines().find_map(|line| line.strip_prefix("used_memory:")).expect("it is told");
    let used: u64 = used.trim().parse().expect("a number");
    server.command(&["CONFIG", "SET", "maxmemory", &(used + 3_000_000).to_string()]);
    let mut fillers = 0;
    while server.refuses(&["SETRANGE", &format!("filler:{fillers}"), "100000", "x"]).is_none() {
        fillers += 1;
        assert!(fillers < 1000, "it is never full");
    }
    assert!(fillers > 5);
    server.command(&["CONFIG", "SET", "maxmemory", &(used / 2).to_string()]);
}
