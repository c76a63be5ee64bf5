//! How often a key and a hit ask the allocator.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that fails has to fail")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use allocation_counter::measure;
use cache_runtime::Key;
use cache_runtime::prelude::*;

#[derive(Clone)]
#[cache_strategy(namespace = "allocations", ttl = 60)]
struct Lists {
    cache: Cache,
}

#[cache_strategy]
impl Lists {
    #[cached(key = "user/<id>/list/<name>")]
    async fn list(&self, id: u64, name: &str) -> Arc<Vec<u64>> {
        Arc::new(vec![id, name.len() as u64])
    }

    #[cached(key = "user/<id>/length")]
    async fn length(&self, id: u64) -> u64 {
        id
    }
}

#[test]
fn a_short_key_takes_none_and_a_long_one_takes_one() {
    let lists = Lists { cache: Cache::memory() };
    let long = "x".repeat(200);
    let allocations = |name: &str| measure(|| drop(black_box(lists.list_entry(123_456, name)))).count_total;
    assert_eq!(allocations("profile"), 0);
    assert_eq!(allocations(&long), 1);
    let dynamic = |name: &str| measure(|| drop(black_box(Key::build("allocations", (1, name))))).count_total;
    assert_eq!((dynamic("profile"), dynamic(&long)), (0, 1));
}

#[tokio::test]
async fn a_hit_in_memory_takes_none() {
    let lists = Lists { cache: Cache::memory() };
    lists.list(7, "a").await;
    let (allocations, values) = measured(async { (lists.list(7, "a").await, lists.list(7, "a").await) });
    assert_eq!(allocations, 0);
    assert!(Arc::ptr_eq(&values.0, &values.1));
}

/// Nor one of a server's entries that is in the process.
#[tokio::test]
async fn a_hit_in_the_near_cache_takes_none() {
    let server = cache_tests::RedisServer::start();
    let builder = Cache::builder().url(server.url()).require_connection();
    let cache = builder.near(cache_runtime::NearCache::megabytes(1)).build().await.unwrap();
    let lists = Lists { cache };
    for _ in 0..4 {
        lists.list(7, "a").await;
    }
    let (allocations, values) = measured(async { (lists.list(7, "a").await, lists.list(7, "a").await) });
    assert_eq!(allocations, 0);
    assert!(Arc::ptr_eq(&values.0, &values.1));
}

/// What it needs beside the command is made up for by a command with room for all of it.
///
/// Bites: no `place` for `look_at` in `Looking::poll` (looking.rs): the value is in an `Arc` on its way to the caller.
#[test]
fn a_hit_on_a_server_takes_no_more_than_a_get_by_hand() {
    let server = cache_tests::RedisServer::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let builder = Cache::builder().url(server.url()).require_connection();
    let lists = Lists { cache: runtime.block_on(builder.build()).unwrap() };
    runtime.block_on(lists.length(7));
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = runtime.block_on(client.get_multiplexed_async_connection()).unwrap();
    let key = lists.length_entry(7).key().to_string();
    // At times the cache looks after its connection in this thread meanwhile.
    let least = |mut work: &mut dyn FnMut()| (0..50).map(|_| measure(&mut work).count_total).min();
    let ours = least(&mut || assert_eq!(runtime.block_on(lists.length(7)), 7));
    let by_hand = least(&mut || {
        let value: Vec<u8> =
            runtime.block_on(redis::cmd("GET").arg(&key).query_async(&mut connection)).unwrap();
        assert!(!value.is_empty());
    });
    assert_eq!(lists.length_entry(7).counts().loads, 1);
    assert!(ours <= by_hand, "{ours:?} for {by_hand:?}");
}

/// What a call takes its caller's task takes too, whether or not it comes to talk to a server; and each move copies it whole.
///
/// Bites: `Box::pin` in the macro `steps!` of `store/mod.rs`.
#[test]
fn a_call_is_small_until_it_needs_more() {
    let lists = Lists { cache: Cache::memory() };
    let bytes = size_of_val(&lists.list(7, "a"));
    assert!(bytes <= 2048, "{bytes}");
}

/// Polls a future that is ready at once, between two looks at the allocator.
fn measured<F: Future>(future: F) -> (u64, F::Output) {
    let mut future = std::pin::pin!(future);
    let mut output = None;
    let counted = measure(|| {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            output = Some(value);
        }
    });
    (counted.count_total, output.expect("a hit in the process waits for nothing"))
}

#[cache_strategy(namespace = "sizes", ttl = 60)]
struct Sizes {
    cache: Cache,
}

#[cache_strategy]
impl Sizes {
    #[cached(key = "user/<id>/number")]
    async fn number(&self, id: u64) -> u64 {
        id
    }

    #[cached(key = "user/<id>/text", skip(length))]
    async fn text(&self, id: u64, length: usize) -> String {
        format!("{id:length$}")
    }

    #[cached(key = "user/<id>/numbers")]
    async fn numbers(&self, id: u64) -> [u64; 32] {
        [id % 10; 32]
    }

    #[cached(key = "user/<id>/tagged", tags("user/<id>/list", "user/<id>/text", "user/<id>/numbers"))]
    async fn tagged(&self, id: u64) -> u64 {
        id
    }
}

/// What is counted is what values, keys and entries ask the allocator for. One kind of values comes in the place of another.
///
/// Bites: with `ENTRY_OVERHEAD` a fifth less (store/memory/shard.rs); without `shrink_to` there; without `size_of_val` or the
/// tags in size (store/memory/slot.rs).
#[test]
fn the_embedded_store_takes_what_it_may_and_no_more() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cache = runtime.block_on(Cache::builder().memory_bytes(MOST).build()).unwrap();
    fills(&runtime, &Sizes { cache }, 103);
}

/// Bites: with half an `OVERHEAD` (near/map.rs); without `size_of_val(&*self.value)` there; with a `LARGE` of 16 KiB.
#[test]
fn the_near_cache_takes_what_it_may_and_no_more() {
    let server = cache_tests::RedisServer::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let builder = Cache::builder().url(server.url()).require_connection();
    let builder = builder.near(cache_runtime::NearCache::bytes(MOST)).deadline(Duration::from_secs(10));
    // The map's table stays as large as it once was.
    fills(&runtime, &Sizes { cache: runtime.block_on(builder.build()).unwrap() }, 125);
}

const MOST: u64 = 2 << 20;

/// Fills a cache with ever other values, looking at what has been asked for and not given back: at most so many hundredths of
/// what it may take.
fn fills(runtime: &tokio::runtime::Runtime, sizes: &Sizes, hundredths: u64) {
    let mut live = 0;
    let mut fill = |what: &str, count: u64, read: &dyn Fn(u64)| {
        let mut most = 0;
        for id in 0..count {
            // A second read finds what a server keeps, and brings it into the process.
            live += measure(|| (0..2).for_each(|_| read(id))).bytes_current;
            most = most.max(live);
        }
        assert!(live as u64 > MOST * 4 / 5, "{what}, {live}: it counts what is not there");
        assert!((most as u64) < MOST * hundredths / 100, "{what}, {most}");
    };
    fill("single numbers", 12_000, &|id| assert_eq!(runtime.block_on(sizes.number(id)), id));
    fill("short texts", 8_000, &|id| assert_eq!(runtime.block_on(sizes.text(id, 100)).len(), 100));
    fill("arrays", 6_000, &|id| assert_eq!(runtime.block_on(sizes.numbers(id))[0], id % 10));
    fill("tagged numbers", 4_000, &|id| assert_eq!(runtime.block_on(sizes.tagged(id)), id));
    fill("long texts", 400, &|id| assert_eq!(runtime.block_on(sizes.text(id + 8_000, 10_000)).len(), 10_000));
    fill("numbers again", 12_000, &|id| assert_eq!(runtime.block_on(sizes.number(id + 12_000)), id + 12_000));
}
