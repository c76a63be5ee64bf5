//! Who reads, changes, writes, clears and goes away, over entries of every kind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use cache_runtime::__private::interleaving::read_owned;
use cache_runtime::prelude::*;

use crate::Counter;
use crate::races::Random;

const IDS: u64 = 2000;
/// Aside, through, tagged, with windows.
const KINDS: u64 = 4;
const TAGS: u64 = 10;

#[derive(Clone)]
#[cache_strategy(namespace = "soak", ttl = "30s", kind = "write_through")]
struct Entries {
    cache: Cache,
}

/// Values that go by their TTL alone.
#[derive(Clone)]
#[cache_strategy(namespace = "soak_ttl", ttl = "1s")]
struct Short {
    cache: Cache,
}

/// The versions of all values, and those that the cache was told of.
struct Source {
    versions: Vec<AtomicU64>,
    floors: Vec<AtomicU64>,
}

#[derive(Clone)]
pub(super) struct Load {
    entries: Entries,
    short: Short,
    source: Arc<Source>,
}

/// What is counted of all entries of a cache.
pub(super) fn counts(cache: &Cache) -> Vec<(&'static str, u64)> {
    let entry = Entries { cache: cache.clone() }.entry::<String>(("any",));
    entry.counts().iter().filter(|(_, count)| *count > 0).collect()
}

type Number = Entry<String, kind::WriteThrough>;

impl Load {
    pub(super) fn new(cache: &Cache) -> Load {
        let zeros = || (0..IDS * KINDS).map(|_| AtomicU64::new(0)).collect();
        Load {
            entries: Entries { cache: cache.clone() },
            short: Short { cache: cache.clone() },
            source: Arc::new(Source { versions: zeros(), floors: zeros() }),
        }
    }

    pub(super) async fn work(&self, seed: u64, stop: &AtomicBool, calls: &Counter) {
        let mut random = Random::new(seed);
        while !stop.load(Ordering::Relaxed) {
            let (what, at) = (random.below(10_000), random.below(IDS * KINDS));
            // Some keys are everybody's.
            let at = if random.below(4) == 0 { at % (KINDS * 4) } else { at };
            let call = self.one(what, at);
            if random.below(10) == 0 {
                // Its caller goes away, some time later.
                let patience = Duration::from_micros(random.below(2000));
                let _ = tokio::time::timeout(patience, call).await;
            } else {
                call.await;
            }
            // The memory cache never waits for anything.
            if calls.next().is_multiple_of(64) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            } else {
                tokio::task::yield_now().await;
            }
        }
    }

    async fn one(&self, what: u64, at: u64) {
        match what {
            0..7500 => self.read(at).await,
            7500..8000 => self.short(at).await,
            8000..9999 => self.change(at).await,
            // Some ten in a minute.
            _ if at < KINDS => {
                // Where the server is away it says so.
                let _ = CacheManager::new(&self.entries.cache).clear_namespace("soak").await;
            }
            _ => {}
        }
    }

    fn entry(&self, at: u64) -> Number {
        let entry = self.entries.entry::<String>(("kind", at % KINDS, at / KINDS));
        match at % KINDS {
            2 => entry.tagged([self.entries.tag((at / KINDS % TAGS,))]),
            3 => {
                let seconds = |seconds| Some(Duration::from_secs(seconds));
                let windows = entry.policy(|policy| {
                    let policy = policy.ttl(Duration::from_millis(300)).stale_while_revalidate(seconds(5));
                    policy.stale_if_error(seconds(10)).retry_after(Duration::from_millis(100))
                });
                windows.expect("windows that go together")
            }
            _ => entry,
        }
    }

    async fn read(&self, at: u64) {
        let (floor, source) =
            (self.source.floors[at as usize].load(Ordering::SeqCst), Arc::clone(&self.source));
        let load = || async move { source.load(at).await };
        let entry = self.entry(at);
        let read = match at % KINDS {
            // In a task, which goes on when the caller goes away.
            3 => read_owned(&entry, load).await,
            _ => entry.get_or_set(load).await,
        };
        // A source that fails is no error of the cache's.
        let Ok(value) = read else { return };
        let (id, version) = value.split_once(' ').expect("an id and a version");
        let version: u64 = version.trim_end_matches('.').parse().expect("a version");
        assert_eq!(id, at.to_string(), "somebody else's value");
        assert!(version >= floor, "{at} read in version {version} where {floor} was told");
    }

    async fn short(&self, at: u64) {
        let entry = self.short.entry::<u64>(("short", at));
        if at.is_multiple_of(5) {
            let _ = entry.set(&at).await;
        }
        assert_eq!(entry.get_or_set(|| async { Ok::<_, ()>(at) }).await, Ok(at));
    }

    async fn change(&self, at: u64) {
        let entry = self.entry(at);
        let version = match at % KINDS {
            1 => {
                let written = entry.write(|| async { Ok::<_, ()>(value(at, self.source.commit(at).await)) });
                let Ok(written) = written.await else { return };
                let version = written.split_once(' ').and_then(|(_, v)| v.trim_end_matches('.').parse().ok());
                version.expect("a version")
            }
            2 => {
                let version = self.source.commit(at).await;
                drop(self.entries.invalidate_tag((at / KINDS % TAGS,)).await);
                version
            }
            _ => {
                let version = self.source.commit(at).await;
                drop(entry.invalidate().await);
                version
            }
        };
        // What is only queued is not read here any more either.
        self.source.floors[at as usize].fetch_max(version, Ordering::SeqCst);
    }
}

impl Source {
    async fn load(&self, at: u64) -> Result<String, String> {
        let version = self.versions[at as usize].load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(at % 3)).await;
        if version % 10 == 9 && at % KINDS == 3 { Err("not now".to_owned()) } else { Ok(value(at, version)) }
    }

    async fn commit(&self, at: u64) -> u64 {
        tokio::task::yield_now().await;
        self.versions[at as usize].fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// Of different lengths.
fn value(at: u64, version: u64) -> String {
    format!("{at} {version}{}", ".".repeat((at % 2000) as usize))
}
