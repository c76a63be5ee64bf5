//! The near cache: values of a server's entries in this process, and what takes them away (promise P7).
//!
//! Over plain connections one mechanism stands in for another: what is closed is noticed by who listens, by who asks and by the
//! next sign of life, and the word of an own change mostly comes with its answer. So each mechanism has tests that leave it alone
//! in its place: `own.rs` holds the server's word on its way, `still.rs` lets nothing but the clock go on, `losses.rs` stops the
//! signs of life or keeps a caller waiting, and `cluster.rs` splits a cluster. What they bite on says each of them; a test that
//! says nothing about it is of the whole. The races within the process are in `near/*tests.rs` of the runtime.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails has to fail")]

mod cluster;
mod coherence;
mod hits;
mod losses;
mod many;
mod own;
mod sentinel;
mod still;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_runtime::{CacheBuilder, NearCache};
use cache_tests::{RedisServer, eventually};

// A test that reads counters declares a function of its own: those of a function are one set for the whole process.

/// A source of one number for each id, all the same; it counts its reads.
#[derive(Clone, Default)]
struct Source {
    version: Arc<AtomicU64>,
    reads: Arc<AtomicU64>,
}

impl Source {
    fn set(&self, version: u64) {
        self.version.store(version, Ordering::SeqCst);
    }

    fn read(&self, _id: u64) -> u64 {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.version.load(Ordering::SeqCst)
    }

    fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }
}

#[cache_strategy(namespace = "near", ttl = "1h", kind = "write_through")]
struct Numbers {
    cache: Cache,
    #[skip]
    source: Source,
}

#[cache_strategy]
impl Numbers {
    #[cached(key = "number/<id>")]
    async fn number(&self, id: u64) -> Arc<u64> {
        Arc::new(self.source.read(id))
    }

    #[cached(key = "far/<id>", near = false)]
    async fn far(&self, id: u64) -> u64 {
        self.source.read(id)
    }

    #[cached(key = "short/<id>", near_ttl = "20ms")]
    async fn short(&self, id: u64) -> u64 {
        self.source.read(id)
    }

    #[cached(key = "ending/<id>", ttl = "300ms")]
    async fn ending(&self, id: u64) -> u64 {
        self.source.read(id)
    }

    #[cached(key = "tagged/<id>", tags("all"))]
    async fn tagged(&self, id: u64) -> u64 {
        self.source.read(id)
    }

    #[cached(key = "maybe/<id>", none_ttl = "1h")]
    async fn maybe(&self, id: u64) -> Option<u64> {
        Some(self.source.read(id)).filter(|number| *number > 0)
    }

    #[cache_invalidate(tag("all"))]
    async fn fell(&self) {}
}

/// Text that compresses well.
#[cache_strategy(namespace = "pages", ttl = "1h", compress = "lz4")]
struct Pages {
    cache: Cache,
}

#[cache_strategy]
impl Pages {
    #[cached(key = "page/<length>")]
    async fn page(&self, length: usize) -> String {
        "a".repeat(length)
    }
}

/// What is no number in JSON.
#[cache_strategy(namespace = "floats", ttl = "1h", codec = "msgpack")]
struct Floats {
    cache: Cache,
}

#[cache_strategy]
impl Floats {
    #[cached(key = "float/<id>")]
    async fn float(&self, id: u64) -> Arc<Vec<Option<f64>>> {
        Arc::new(vec![Some(f64::NAN), Some(id as f64), None])
    }
}

#[cache_strategy(namespace = "plain", ttl = "1h")]
struct Plain {
    cache: Cache,
}

#[cache_strategy]
impl Plain {
    #[cached(key = "value/<id>")]
    fn value(&self, id: u64) -> Entry<u64>;
}

const DEADLINE: Duration = Duration::from_secs(2);

fn builder(url: &str) -> CacheBuilder {
    Cache::builder().url(url).deadline(DEADLINE).require_connection()
}

/// With a near cache.
async fn near(url: &str, source: &Source) -> Numbers {
    let cache = builder(url).near(NearCache::megabytes(4)).build().await.unwrap();
    Numbers { cache, source: source.clone() }
}

/// Another process, without one.
async fn other(url: &str, source: &Source) -> Numbers {
    Numbers { cache: builder(url).build().await.unwrap(), source: source.clone() }
}

/// Reads until it is in the process: the first read fills the server, and the word of that may overtake the second.
async fn is_near(server: &RedisServer, read: impl AsyncFn()) {
    eventually(async || {
        let before = reads(server);
        read().await;
        reads(server) == before
    })
    .await;
}

async fn warm(numbers: &Numbers, server: &RedisServer, id: u64) {
    is_near(server, async || _ = numbers.number(id).await).await;
}

/// The reads that a server has seen.
fn reads(server: &RedisServer) -> u64 {
    server.commands_processed("get") + server.commands_processed("mget")
}

/// The connections that are told of changes, by their names on the server.
fn those_who_are_told(server: &RedisServer) -> Vec<String> {
    let clients: String = server.query(&["CLIENT", "LIST"]);
    let words = clients.lines().map(|line| line.split(' ').filter_map(|word| word.split_once('=')).collect());
    let are_told = words.filter(|words: &HashMap<&str, &str>| words["flags"].contains('t'));
    are_told.map(|words| words["id"].to_owned()).collect()
}

/// Closes them.
fn end_those_who_are_told(server: &RedisServer) {
    let told = those_who_are_told(server);
    assert!(!told.is_empty());
    for id in told {
        server.command(&["CLIENT", "KILL", "ID", &id]);
    }
}

/// What the function returns, as soon as it is that: the push may take its time, but not for ever.
async fn becomes<T: PartialEq + std::fmt::Debug, F: Future<Output = T>>(expected: T, read: impl Fn() -> F) {
    let mut last = None;
    for _ in 0..5_000 {
        let found = read().await;
        if found == expected {
            return;
        }
        last = Some(found);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("still {last:?}, not {expected:?}");
}
