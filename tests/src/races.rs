//! Readers, writers, invalidations and clears at random, over a source that counts up, with a check on every answer.
//!
//! The source's value of a key only grows. Each key has a floor beside it: the largest value that an invalidation or a write
//! has completed for. A read that begins when the floor is `f` and returns less than `f` has seen a value from before.

mod source;

use std::fmt;
use std::pin::pin;
use std::task::Poll;

use cache_runtime::prelude::*;
use cache_runtime::{CacheManager, Invalidated, Key, WriteEffect};

pub use source::Source;

/// Keys that the workers fight over.
pub const KEYS: i64 = 3;

/// Those keys, in the store.
#[must_use]
pub fn keys() -> Vec<String> {
    let of = |namespace| (0..KEYS).map(move |id| Key::build(namespace, ("number", id)).to_string());
    of("race_aside").chain(of("race_through")).collect()
}

/// A small generator of numbers, the same for the same seed (Marsaglia's xorshift64).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Numbers that are invalidated after each change. A TTL of an hour: nothing old goes by itself.
#[derive(Clone)]
#[cache_strategy(namespace = "race_aside", ttl = "1h", kind = "cache_aside")]
struct Aside {
    cache: Cache,
    #[skip]
    source: Source,
}

#[cache_strategy]
impl Aside {
    #[cached(key = "number/<id>")]
    async fn number(&self, id: i64) -> Result<i64, String> {
        self.source.slowly("aside", id).await
    }
}

/// Numbers that are written through.
#[derive(Clone)]
#[cache_strategy(namespace = "race_through", ttl = "1h", kind = "write_through")]
struct Through {
    cache: Cache,
    #[skip]
    source: Source,
}

#[cache_strategy]
impl Through {
    #[cached(key = "number/<id>")]
    async fn number(&self, id: i64) -> Result<i64, String> {
        self.source.slowly("through", id).await
    }
}

/// A read that returned a value from before a change that was complete when it began.
#[derive(Debug)]
pub struct Stale {
    what: &'static str,
    id: i64,
    floor: i64,
    read: i64,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: read {} where {} was complete", self.what, self.id, self.read, self.floor)
    }
}

/// One of those who fight.
pub struct Worker {
    aside: Aside,
    through: Through,
    source: Source,
    manager: CacheManager,
    random: Random,
}

impl Worker {
    /// A worker on a cache.
    #[must_use]
    pub fn new(cache: &Cache, source: &Source, seed: u64) -> Worker {
        Worker {
            aside: Aside { cache: cache.clone(), source: source.clone() },
            through: Through { cache: cache.clone(), source: source.clone() },
            source: source.clone(),
            manager: CacheManager::new(cache),
            random: Random::new(seed),
        }
    }

    /// Does `count` things at random.
    ///
    /// # Errors
    ///
    /// The first value that was too old.
    pub async fn work(&mut self, count: u32) -> Result<(), Stale> {
        for _ in 0..count {
            let id = self.random.below(KEYS.unsigned_abs()).cast_signed();
            match self.random.below(100) {
                0..=34 => self.read_aside(id).await?,
                35..=64 => self.read_through(id).await?,
                65..=76 => self.invalidate(id).await,
                77..=90 => self.write(id).await,
                91..=93 => self.fail_to_write(id).await,
                94..=98 => self.be_dropped(id).await,
                _ => self.clear(id).await,
            }
        }
        Ok(())
    }

    async fn read_aside(&self, id: i64) -> Result<(), Stale> {
        let floor = self.source.floor("aside", id).await;
        let read = self.aside.number(id).await.expect("the source answers");
        if read < floor { Err(Stale { what: "aside", id, floor, read }) } else { Ok(()) }
    }

    async fn read_through(&self, id: i64) -> Result<(), Stale> {
        let floor = self.source.floor("through", id).await;
        let read = self.through.number(id).await.expect("the source answers");
        if read < floor { Err(Stale { what: "through", id, floor, read }) } else { Ok(()) }
    }

    async fn invalidate(&self, id: i64) {
        let value = self.source.commit("aside", id).await;
        if self.aside.number_entry(id).invalidate().await == Ok(Invalidated::Applied) {
            self.source.raise_floor("aside", id, value).await;
        }
    }

    async fn write(&self, id: i64) {
        let source = &self.source;
        let written = self
            .through
            .number_entry(id)
            .write_report(|| async { Ok::<_, String>(source.commit("through", id).await) })
            .await
            .expect("the source answers");
        if written.cache != WriteEffect::Queued {
            source.raise_floor("through", id, written.value).await;
        }
    }

    /// The commit happened, and the writer does not know.
    async fn fail_to_write(&self, id: i64) {
        let source = &self.source;
        let entry = self.through.number_entry(id);
        let failed = entry.write(|| async {
            source.commit("through", id).await;
            Err::<i64, _>("connection lost".to_owned())
        });
        assert!(failed.await.is_err());
    }

    /// A reader or a writer whose caller goes away in the middle.
    async fn be_dropped(&mut self, id: i64) {
        let polls = 1 + self.random.below(6);
        let source = self.source.clone();
        if self.random.below(2) == 0 {
            polled(self.aside.number(id), polls).await;
        } else {
            let entry = self.through.number_entry(id);
            polled(entry.write(|| async { Ok::<_, String>(source.commit("through", id).await) }), polls)
                .await;
        }
    }

    async fn clear(&self, id: i64) {
        let value = self.source.value("aside", id).await;
        self.aside.number_pattern(Any).invalidate().await.expect("the store answers");
        self.manager.clear_namespace("race_through").await.expect("the store answers");
        // A clear makes marks contended; it completes no write.
        self.source.raise_floor("aside", id, value).await;
    }

    /// Whether the cache holds the source's values, or nothing, now that nobody works any more. Writers that were dropped
    /// end in the background, so ask until it is so.
    pub async fn is_right(&self) -> bool {
        for id in 0..KEYS {
            let aside_now = self.source.value("aside", id).await;
            let through_now = self.source.value("through", id).await;
            let aside = self.aside.number_entry(id).get().await;
            if aside.is_some_and(|value| value != aside_now) {
                return false;
            }
            let through = self.through.number_entry(id).get().await;
            if through.is_some_and(|value| value != through_now) {
                return false;
            }
        }
        true
    }
}

/// Polls a future so many times, and then drops it.
async fn polled<F: Future>(future: F, polls: u64) {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        left -= 1;
        if future.as_mut().poll(context).is_ready() || left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
