//! A process of its own for the tests that need several: `race-worker work URL SEED COUNT`, `race-worker miss URL CALLERS`,
//! `race-worker hang URL`, `race-worker load URL`, `race-worker connect URL`.
#![allow(clippy::expect_used, clippy::panic, reason = "a worker that fails has to fail")]

use std::process::ExitCode;
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_tests::races::{Source, Worker};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["work", url, seed, count] => work(url, number(seed), number(count)).await,
        ["miss", url, callers] => miss(url, number(callers)).await,
        ["hang", url] => hang(url).await,
        ["load", url] => load(url).await,
        ["connect", url] => connect(url).await,
        _ => panic!("work URL SEED COUNT | miss URL CALLERS | hang URL | load URL | connect URL"),
    }
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

async fn cache(url: &str) -> Cache {
    let builder = Cache::builder().url(url).deadline(Duration::from_secs(30)).wait(Duration::from_secs(60));
    builder.require_connection().build().await.expect("a cache")
}

/// Four workers of this process, at random.
async fn work(url: &str, seed: u64, count: u32) -> ExitCode {
    let (cache, source) = (cache(url).await, Source::there(url).await);
    let workers: Vec<_> = (0..4)
        .map(|worker| {
            let mut worker = Worker::new(&cache, &source, seed * 100 + worker);
            tokio::spawn(async move { worker.work(count).await })
        })
        .collect();
    for worker in workers {
        if let Err(stale) = worker.await.expect("a worker") {
            eprintln!("seed {seed}: {stale}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// A value whose loads are counted on the server.
#[derive(Clone)]
#[cache_strategy(namespace = "cold", ttl = 60, kind = "cache_aside")]
struct Cold {
    cache: Cache,
    #[skip]
    counts: redis::aio::MultiplexedConnection,
}

#[cache_strategy]
impl Cold {
    #[cached(key = "value/<id>")]
    async fn value(&self, id: i64) -> Result<i64, String> {
        let loads: i64 = self.count("loads").await;
        // Until the test has seen that everybody waits.
        self.until("go").await;
        Ok(id + loads)
    }
}

impl Cold {
    async fn new(url: &str) -> Cold {
        let client = redis::Client::open(format!("{url}/1")).expect("a URL");
        // Who is stopped for a while has waited for too long when it goes on.
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(None);
        let counts = client.get_multiplexed_async_connection_with_config(&config).await;
        let counts = counts.expect("a connection");
        Cold { cache: cache(url).await, counts }
    }

    async fn count(&self, what: &str) -> i64 {
        redis::cmd("INCR").arg(what).query_async(&mut self.counts.clone()).await.expect("INCR")
    }

    async fn until(&self, what: &str) {
        while !self.is_set(what).await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn is_set(&self, what: &str) -> bool {
        redis::cmd("EXISTS").arg(what).query_async(&mut self.counts.clone()).await.expect("EXISTS")
    }
}

/// Many callers miss the same key at once; says how many wait.
async fn miss(url: &str, callers: u64) -> ExitCode {
    let cold = Cold::new(url).await;
    cold.count("ready").await;
    cold.until("start").await;
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let cold = cold.clone();
            tokio::spawn(async move { cold.value(100).await })
        })
        .collect();
    let all = callers.len() as u64;
    loop {
        let counts = cold.value_entry(100).counts();
        // All of them wait, or all but the one that loads.
        if counts.waits + counts.loads >= all {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    cold.count("waiting").await;
    for caller in callers {
        assert_eq!(caller.await.expect("a caller"), Ok(101), "everybody gets the value of the one load");
    }
    ExitCode::SUCCESS
}

/// Takes the lease, and never finishes.
async fn hang(url: &str) -> ExitCode {
    let cold = Cold::new(url).await;
    let value = cold.value(100).await;
    panic!("it was to be killed, and got {value:?}");
}

/// Loads one value, for as long as the test wants; what becomes of it in the cache is the test's to see.
async fn load(url: &str) -> ExitCode {
    let value = Cold::new(url).await.value(100).await;
    assert_eq!(value, Ok(101));
    ExitCode::SUCCESS
}

/// Reads and writes over one connection.
async fn connect(url: &str) -> ExitCode {
    let cache = cache(url).await;
    let manager = CacheManager::new(&cache);
    assert!(manager.health_check().await.reachable);
    assert_eq!(manager.clear_namespace("cold").await, Ok(0));
    ExitCode::SUCCESS
}
