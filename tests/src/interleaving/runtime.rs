//! The runtime itself: caches on one memory store, one for each process.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cache_runtime::__private::Invalidations;
use cache_runtime::__private::interleaving::{self, Standing};
use cache_runtime::prelude::*;
use cache_runtime::{CacheManager, Key};

use super::protocol::{At, End, Protocol, Rest};
use super::{KEYS, KNOWN_TO_OLDER_PROGRAMS, PROCESSES, Source, has_windows, tags_of};

#[cache_strategy(namespace = "interleaving", ttl = "1h", kind = "write_through")]
struct Numbers {
    cache: Cache,
    #[skip]
    source: Arc<Source>,
    #[skip]
    process: usize,
}

/// Past its TTL a value is served while it is loaded anew, and for another while where that fails.
const WINDOW: Duration = Duration::from_secs(60 * 60);

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

    /// The same entries, many at once.
    #[cached(key = "number/<keys>", batch)]
    async fn numbers(&self, keys: &[usize]) -> Result<HashMap<usize, i64>, String> {
        let mut loaded = HashMap::new();
        for key in keys {
            let at = At { process: self.process, key: *key };
            loaded.insert(*key, self.source.load(at, false).await?);
        }
        Ok(loaded)
    }

    /// The key's entry, with its tags and its windows.
    fn full_entry(&self, key: usize) -> Entry<i64, kind::WriteThrough> {
        let entry = self.number_entry(key);
        let entry = if has_windows(key) {
            let with = entry.policy(|policy| {
                policy.stale_while_revalidate(Some(WINDOW)).stale_if_error(Some(2 * WINDOW))
            });
            with.expect("windows that go together")
        } else {
            entry
        };
        let tags: Vec<Key> = tags_of(key).iter().map(|tag| self.tag(("tag", *tag))).collect();
        entry.tagged(tags)
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

    /// The text of a tag's key.
    #[must_use]
    pub fn tag(&self, tag: usize) -> Key {
        self.processes[0].tag(("tag", tag))
    }

    fn at(&self, at: At) -> &Numbers {
        &self.processes[at.process]
    }

    fn entry(&self, at: At) -> Entry<i64, kind::WriteThrough> {
        self.at(at).full_entry(at.key)
    }

    fn cache(&self) -> &Cache {
        &self.processes[0].cache
    }
}

impl Protocol for Runtime {
    async fn read(&self, at: At, source: &Source, fails: bool) -> Result<i64, String> {
        let windows = has_windows(at.key);
        if windows && at.process == 1 {
            // Whoever reads here may go away, and the load goes on.
            let source = Arc::clone(&self.at(at).source);
            let load = || async move { source.load(at, fails).await };
            return interleaving::read_owned(&self.entry(at), load).await;
        }
        if fails || windows || !tags_of(at.key).is_empty() {
            return self.entry(at).get_or_set(|| source.load(at, fails)).await;
        }
        self.at(at).number(at.key).await
    }

    async fn read_without_tags(&self, at: At, source: &Source) {
        drop(self.at(at).number_entry(at.key).get_or_set(|| source.load(at, false)).await);
    }

    async fn get(&self, at: At) -> Option<i64> {
        self.entry(at).get().await
    }

    async fn read_batch(&self, process: usize) -> [Option<i64>; KEYS] {
        let mut keys: Vec<usize> = (0..KEYS).filter(|key| tags_of(*key).is_empty()).collect();
        // Those of two processes cross.
        if process == 1 {
            keys.reverse();
        }
        let found = self.processes[process].numbers(&keys).await.unwrap_or_default();
        std::array::from_fn(|key| found.get(&key).copied())
    }

    async fn get_many(&self, process: usize) -> [Option<i64>; KEYS] {
        let keys = (0..KEYS).filter(|key| *key != KNOWN_TO_OLDER_PROGRAMS);
        let parts: Vec<_> = keys.clone().map(|key| ("number", key)).collect();
        let mut all = [None; KEYS];
        for (key, found) in keys.zip(self.processes[process].get_many(parts).await) {
            all[key] = found;
        }
        all
    }

    async fn change(&self, at: At, _: &Source, fails: bool) -> Result<i64, i64> {
        self.at(at).change(at.key, fails).await
    }

    async fn change_by_tag(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        let tags = tags_of(at.key).last().map(|tag| self.tag(*tag));
        let numbers = self.at(at);
        // What a function does that names the tag in `#[cache_invalidate(…)]`.
        let strategy = <Numbers as CacheStrategy>::STRATEGY;
        let targets = tags
            .into_iter()
            .fold(Invalidations::new(), |targets, tag| targets.tag(&numbers.cache, strategy, tag));
        let guard = targets.arm();
        let committed = source.commit(at.key, fails).await;
        guard.finish(committed.is_ok()).await;
        committed
    }

    async fn write(&self, at: At, source: &Source, fails: bool) -> Result<i64, i64> {
        self.entry(at).write(|| source.commit(at.key, fails)).await
    }

    async fn transact(&self, at: At, source: &Source, end: End) -> Option<i64> {
        let entry = self.entry(at);
        // In this order: what is dropped is rolled back before the cache is told.
        let after = self.at(at).cache.after_commit();
        let transaction = source.begin(at.key).await;
        let value = transaction.value();
        let work = async {
            if at.process == 0 {
                let _ = entry.write(|| async { Ok::<_, ()>(value) }).await;
            } else {
                drop(entry.invalidate().await);
            }
            // What it reads is its own, and of no use to others.
            let _ = entry.get_or_set(|| async { Ok::<_, ()>(value) }).await;
        };
        after.scope(work).await;
        let commits = end != End::RolledBack;
        let value = transaction.finish(commits).await;
        match end {
            End::Committed => drop(after.commit().await),
            End::RolledBack => after.rollback().await,
            End::Unknown => drop(after.unknown().await),
        }
        commits.then_some(value)
    }

    async fn invalidate(&self, at: At) {
        drop(self.at(at).number_entry(at.key).invalidate().await);
    }

    async fn invalidate_tag(&self, process: usize, tag: usize) {
        drop(self.processes[process].invalidate_tag(("tag", tag)).await);
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

    fn evict_tag(&self, tag: usize) {
        interleaving::evict(self.cache(), &self.tag(tag));
    }

    fn expire_tag(&self, tag: usize) {
        interleaving::expire(self.cache(), &self.tag(tag));
    }

    fn age(&self, key: usize, far: bool) {
        let past = if far { WINDOW * 3 / 2 } else { WINDOW / 2 };
        interleaving::age(self.cache(), &self.key(key), past);
    }

    fn end_claim(&self, key: usize) {
        interleaving::end_claim(self.cache(), &self.key(key));
    }

    fn at_rest(&self, key: usize) -> Rest {
        match interleaving::standing(&self.processes[0].full_entry(key)) {
            Standing::Nothing => Rest::Nothing,
            Standing::Value(value) => value.map_or(Rest::LeftOver, Rest::Value),
            Standing::Busy => Rest::LeftOver,
        }
    }
}
