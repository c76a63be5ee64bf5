//! The runtime itself: caches on one memory store, one for each process.

use std::sync::Arc;

use cache_runtime::__private::interleaving::{self, Standing};
use cache_runtime::prelude::*;
use cache_runtime::{CacheManager, Key};

use super::protocol::{At, Protocol, Rest};
use super::{PROCESSES, Source};

#[cache_strategy(namespace = "interleaving", ttl = "1h", kind = "write_through")]
struct Numbers {
    cache: Cache,
    #[skip]
    source: Arc<Source>,
    #[skip]
    process: usize,
}

#[cache_strategy]
impl Numbers {
    #[cached(key = "number/<key>")]
    async fn number(&self, key: usize) -> Result<i64, String> {
        self.source.load(At { process: self.process, key }, false).await
    }

    #[cache_invalidate(self.number(key))]
    async fn change(&self, key: usize, fails: bool) -> Result<i64, i64> {
        self.source.commit(key, fails).await
    }
}

/// The runtime.
pub struct Runtime {
    processes: Vec<Numbers>,
}

impl Runtime {
    /// On a memory store that nobody else has.
    #[must_use]
    pub fn in_memory(source: &Arc<Source>) -> Runtime {
        let first = Cache::memory();
        let others = (1..PROCESSES).map(|_| interleaving::sibling(&first));
        Runtime::on(std::iter::once(first.clone()).chain(others), source)
    }

    /// On caches of one store, one for each process.
    pub fn on(caches: impl IntoIterator<Item = Cache>, source: &Arc<Source>) -> Runtime {
        let numbers = caches.into_iter().enumerate();
        let numbers = numbers.map(|(process, cache)| Numbers { cache, source: Arc::clone(source), process });
        Runtime { processes: numbers.collect() }
    }

    /// The text of a number's key, for who wants to do something to it behind the cache's back.
    #[must_use]
    pub fn key(&self, key: usize) -> Key {
        self.processes[0].number_entry(key).key().clone()
    }

    fn at(&self, at: At) -> &Numbers {
        &self.processes[at.process]
    }

    fn cache(&self) -> &Cache {
        &self.processes[0].cache
    }
}

impl Protocol for Runtime {
    async fn read(&self, at: At, source: &Source, fails: bool) -> Result<i64, String> {
        if fails {
            let entry = self.at(at).number_entry(at.key);
            return entry.get_or_set(|| source.load(at, true)).await;
        }
        self.at(at).number(at.key).await
    }

    async fn get(&self, at: At) -> Option<i64> {
        // Both ways to look without a load, as one: they take the same step.
        let key = at.key;
        if key == 0 {
            return self.at(at).number_entry(key).get().await;
        }
        self.at(at).get_many::<i64, _>([("number", key)]).await.pop().flatten()
    }

    async fn change(&self, at: At, _: &Source, fails: bool) -> Result<i64, i64> {
        self.at(at).change(at.key, fails).await
    }

    async fn write(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        self.at(at).number_entry(at.key).write(|| source.commit(at.key, fails)).await
    }

    async fn invalidate(&self, at: At) {
        drop(self.at(at).number_entry(at.key).invalidate().await);
    }

    async fn invalidate_pattern(&self, process: usize) {
        drop(self.processes[process].number_pattern(Any).invalidate().await);
    }

    async fn clear(&self, process: usize) {
        drop(CacheManager::new(&self.processes[process].cache).clear_namespace("interleaving").await);
    }

    fn evict(&self, key: usize) {
        interleaving::evict(self.cache(), &self.key(key));
    }

    fn expire(&self, key: usize) {
        interleaving::expire(self.cache(), &self.key(key));
    }

    fn at_rest(&self, key: usize) -> Rest {
        match interleaving::standing::<i64>(self.cache(), &self.key(key)) {
            Standing::Nothing => Rest::Nothing,
            Standing::Value(value) => value.map_or(Rest::LeftOver, Rest::Value),
            Standing::Busy => Rest::LeftOver,
        }
    }
}
