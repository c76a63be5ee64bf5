//! One entry of the cache, typed: what every companion function returns.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::cache::Cache;
use crate::draft::Facts;
use crate::error::{CacheError, LoadTimeout};
use crate::invalidate::{Invalidated, invalidate_key, invalidate_pattern};
use crate::key::{Key, Pattern};
use crate::kind::{self, IsCacheAside, IsTtl, IsWriteThrough};
use crate::load::{ErrorSharing, Load, load, load_owned, tags};
use crate::policy::Policy;
use crate::read::{Call, Look};
use crate::record::Found;
use crate::site::Site;
use crate::stats::Counts;
use crate::tags::Standing;
use crate::transaction;
use crate::value::{Shape, Value};
use crate::write::{Written, write};

/// An entry of type `V` at one key of one cache. `K` is its strategy's kind, which decides on its operations:
/// `set` on [`kind::Ttl`], `fetch` on [`kind::CacheAside`], `write` on [`kind::WriteThrough`].
///
/// Reads never fail because of the cache: a broken cache is a miss, counted and logged. Writes and invalidations say what
/// became of them.
#[must_use = "an entry does nothing by itself; call `get`, `invalidate`, …"]
pub struct Entry<V, K = kind::Ttl> {
    cache: Cache,
    site: &'static Site,
    key: Key,
    schema: Shape,
    /// The keys of its tags.
    tags: Box<[Key]>,
    /// `None`: the declaration's.
    policy: Option<Box<Policy>>,
    types: PhantomData<fn() -> (V, K)>,
}

impl<V, K> Entry<V, K> {
    /// With the keys of its tags.
    #[doc(hidden)]
    pub fn tagged(self, tags: impl Into<Box<[Key]>>) -> Entry<V, K> {
        Entry { tags: tags.into(), ..self }
    }

    pub(crate) fn new(site: &'static Site, cache: &Cache, key: Key, schema: Shape) -> Entry<V, K> {
        Entry {
            cache: cache.clone(),
            site,
            key,
            schema,
            tags: Box::default(),
            policy: None,
            types: PhantomData,
        }
    }

    /// The same entry under another policy, for what is called on it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cache_runtime::prelude::*;
    ///
    /// #[cached(namespace = "rates", key = "currency/<code>", ttl = "1h")]
    /// async fn rate(code: &str) -> Result<f64, String> {
    ///     Ok(1.08)
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // Here a day old is better than none.
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// let rate = rate_entry("EUR").policy(|policy| policy.stale_if_error(Some(day)))?;
    /// assert_eq!(rate.get_or_set(|| async { Ok::<_, String>(1.09) }).await?, 1.09);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`CacheError::InvalidSetting`] where a setting is out of range, or settings do not go together.
    pub fn policy(self, change: impl FnOnce(Policy) -> Policy) -> Result<Entry<V, K>, CacheError> {
        let policy = change(*self.call().policy);
        if let Some((setting, takes)) = policy.problem().or_else(|| self.schema.refuses(&policy)) {
            return Err(CacheError::InvalidSetting { setting, reason: takes.into() });
        }
        Ok(Entry { policy: Some(Box::new(policy)), ..self })
    }

    /// The entry's key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// What was counted for this entry's declaration since the program started, in this process.
    pub fn counts(&self) -> Counts {
        self.site.counters.snapshot()
    }

    pub(crate) fn place(&self) -> (&Cache, &'static Site, &Key) {
        (&self.cache, self.site, &self.key)
    }

    pub(crate) fn call(&self) -> Call<'_> {
        let call = Call::new(self.site, &self.cache, &self.key, self.schema).tags(&self.tags);
        Call { policy: self.policy.as_deref().unwrap_or(call.policy), ..call }
    }

    /// Removes the entry, and revokes the lease of a load that is under way: its value goes to its callers, not into the cache.
    /// Call it after the change is committed.
    ///
    /// Where the store can't be told it is [`Invalidated::Queued`], inside of a transaction [`Invalidated::Deferred`].
    ///
    /// # Errors
    ///
    /// None at present: a store that can't be told is no error, but `Queued`.
    pub async fn invalidate(&self) -> Result<Invalidated, CacheError> {
        invalidate_key(&self.cache, self.site, &self.key).await
    }

    /// The same as [`invalidate`](Entry::invalidate).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn delete(&self) -> Result<Invalidated, CacheError> {
        self.invalidate().await
    }
}

impl<V: Value, K> Entry<V, K> {
    /// The cached value, if there is one. A cache that can't be reached has none.
    pub async fn get(&self) -> Option<V> {
        self.try_get().await.unwrap_or_default()
    }

    /// The cached value, if there is one.
    ///
    /// # Errors
    ///
    /// Where the store did not answer.
    pub async fn try_get(&self) -> Result<Option<V>, CacheError> {
        let Some(store) = self.cache.store() else { return Ok(None) };
        let call = self.call();
        if transaction::has_changed(&self.cache, &self.key) {
            call.site.counters.misses.one();
            return Ok(None);
        }
        let look = call.look(store, &mut self.cache.budget()).await;
        match call.answer(look) {
            Ok(value) => Ok(value.map(Arc::unwrap_or_clone)),
            Err(Look::Unknown(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// The cached value, or what `loader` returns, which is then cached. Callers at the same time share one load.
    ///
    /// # Errors
    ///
    /// The loader's; nothing is cached then.
    pub async fn get_or_set<E, F, Fut>(&self, loader: F) -> Result<V, E>
    where
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<V, E>>,
    {
        self.get_or_set_with(ErrorSharing::by(E::clone), loader).await
    }

    /// As [`get_or_set`](Entry::get_or_set), for errors that can't be cloned: `sharing` says how callers that waited get a load's
    /// error. For `anyhow::Error` that is [`ErrorSharing::message`].
    ///
    /// # Errors
    ///
    /// The loader's.
    pub async fn get_or_set_with<E, F, Fut>(&self, sharing: ErrorSharing<E>, loader: F) -> Result<V, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<V, E>>,
    {
        load_some(self.call(), sharing, || async { loader().await.map(Load::new) }).await
    }

    /// As [`get_or_set`](Entry::get_or_set), for a loader that also says how its value is kept: for how long, under which
    /// tags, or not at all.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cache_runtime::{Load, prelude::*};
    ///
    /// #[cache_strategy(namespace = "tokens", ttl = "1h")]
    /// struct Tokens;
    ///
    /// #[cache_strategy]
    /// impl Tokens {
    ///     #[cached(key = "user/<id>")]
    ///     fn token(&self, id: u64) -> Entry<String>;
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), String> {
    /// let entry = Tokens.token(7);
    /// let token = entry
    ///     .get_or_load(|| async {
    ///         let (token, seconds) = ("secret".to_owned(), 600); // as somebody else's server says
    ///         Ok::<_, String>(Load::new(token).ttl(Duration::from_secs(seconds)))
    ///     })
    ///     .await?;
    /// assert_eq!(entry.get().await, Some(token));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The loader's; nothing is cached then.
    pub async fn get_or_load<E, F, Fut>(&self, loader: F) -> Result<V, E>
    where
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Load<V>, E>>,
    {
        self.get_or_load_with(ErrorSharing::by(E::clone), loader).await
    }

    /// As [`get_or_load`](Entry::get_or_load), for errors that can't be cloned; see
    /// [`get_or_set_with`](Entry::get_or_set_with).
    ///
    /// # Errors
    ///
    /// The loader's.
    pub async fn get_or_load_with<E, F, Fut>(&self, sharing: ErrorSharing<E>, loader: F) -> Result<V, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Load<V>, E>>,
    {
        load_some(self.call(), sharing, loader).await
    }

    /// A write whose kind has been checked.
    pub(crate) async fn run_write<E, F, Fut>(&self, persist: F) -> Result<Written<V>, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<V, E>>,
    {
        write(self.call(), persist).await
    }
}

impl<V, K> Entry<V, K>
where
    V: Value,
    Self: IsTtl,
{
    /// Stores a value on the caller's word, and ends a load that is under way.
    ///
    /// # Errors
    ///
    /// Where the value can't be encoded, or the store could not be told.
    pub async fn set(&self, value: &V) -> Result<(), CacheError> {
        put(&[self.call()], &[value]).await
    }
}

impl<V, K> Entry<V, K>
where
    V: Value,
    Self: IsCacheAside,
{
    /// The cached value, or what `loader` returns, which is then cached. Callers at the same time share one load.
    ///
    /// # Errors
    ///
    /// The loader's; nothing is cached then.
    pub async fn fetch<E, F, Fut>(&self, loader: F) -> Result<V, E>
    where
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<V, E>>,
    {
        self.get_or_set(loader).await
    }

    /// As [`fetch`](Entry::fetch), for errors that can't be cloned; see [`get_or_set_with`](Entry::get_or_set_with).
    ///
    /// # Errors
    ///
    /// The loader's.
    pub async fn fetch_with<E, F, Fut>(&self, sharing: ErrorSharing<E>, loader: F) -> Result<V, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<V, E>>,
    {
        self.get_or_set_with(sharing, loader).await
    }
}

impl<V, K> Entry<V, K>
where
    V: Value,
    Self: IsWriteThrough,
{
    /// Writes the source, and caches the value that it has then. `persist` writes and commits, and returns the value *as it is
    /// after its commit*: worked out from an earlier read it would lose another writer's update.
    ///
    /// # Errors
    ///
    /// `persist`'s; the entry is gone then, as an error does not say that nothing was committed.
    pub async fn write<E, F, Fut>(&self, persist: F) -> Result<V, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<V, E>>,
    {
        self.write_report(persist).await.map(|written| written.value)
    }

    /// As [`write`](Entry::write), for a write that can't fail.
    pub async fn write_value<F, Fut>(&self, persist: F) -> V
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = V>,
    {
        let written: Result<V, Infallible> = self.write(|| async { Ok(persist().await) }).await;
        match written {
            Ok(value) => value,
        }
    }

    /// As [`write`](Entry::write), and tells what is in the cache now.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn write_report<E, F, Fut>(&self, persist: F) -> Result<Written<V>, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<V, E>>,
    {
        self.run_write(persist).await
    }
}

impl<V> IsTtl for Entry<V, kind::Ttl> {}
impl<V> IsCacheAside for Entry<V, kind::CacheAside> {}
impl<V> IsWriteThrough for Entry<V, kind::WriteThrough> {}

/// Loads where there is always a value.
pub(crate) async fn load_some<V, E, F, Fut>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    loader: F,
) -> Result<V, E>
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<Load<V>, E>>,
{
    let call = Call { takes_none: false, ..call };
    match load(call, sharing, || async { loader().await.map(|load| load.map(Some)) }).await? {
        Some(value) => Ok(value),
        None => unreachable_none(),
    }
}

/// The same where the load may run in a task.
pub(crate) async fn load_some_owned<V, E, F, Fut>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    timed_out: Option<fn(LoadTimeout) -> E>,
    make: F,
) -> Result<V, E>
where
    V: Value,
    E: Send + 'static,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<Load<V>, E>> + Send + 'static,
{
    let call = Call { takes_none: false, ..call };
    let make = || {
        let load = make();
        async { load.await.map(|load| load.map(Some)) }
    };
    match load_owned(call, sharing, timed_out, make).await? {
        Some(value) => Ok(value),
        None => unreachable_none(),
    }
}

/// The loader returns `Some`, and nothing else is taken for an answer.
#[expect(clippy::unreachable, reason = "without `takes_none` every answer is a value")]
pub(crate) fn unreachable_none<T>() -> T {
    unreachable!("an answer without a value")
}

/// Many reads as one command.
pub(crate) async fn get_many<V: Value>(
    cache: &Cache,
    site: &'static Site,
    keys: &[Key],
    schema: Shape,
) -> Vec<Option<V>> {
    let nothing = || keys.iter().map(|_| None).collect();
    let Some(store) = cache.store() else { return nothing() };
    if keys.is_empty() {
        return Vec::new();
    }
    // Before the read: what is queued later was not invalidated when this began.
    let queued: Vec<bool> =
        keys.iter().map(|key| store.is_queued(key) || transaction::has_changed(cache, key)).collect();
    let budget = &mut cache.budget();
    let found = match store.read_many(budget, keys).await {
        Ok(found) => found,
        Err(_) => {
            site.counters.store_errors.one();
            site.counters.misses.add(keys.len() as u64);
            return nothing();
        }
    };
    // What the values themselves name, for all of them in one round trip.
    let Ok(tags) = Standing::default().complete(store, budget, &found).await else {
        site.counters.store_errors.one();
        site.counters.misses.add(keys.len() as u64);
        return nothing();
    };
    let values = keys.iter().zip(found).zip(queued).map(|((key, found), queued)| {
        let found = if queued { Found::Absent } else { found };
        let call = Call::new(site, cache, key, schema);
        call.answer(call.interpret(found, &tags)).ok().flatten().map(Arc::unwrap_or_clone)
    });
    values.collect()
}

/// Stores many values in one round trip.
pub(crate) async fn put<V: Value>(calls: &[Call<'_>], values: &[&V]) -> Result<(), CacheError> {
    let Some(Call { site, cache, .. }) = calls.first() else { return Ok(()) };
    let Some(store) = cache.store() else { return Ok(()) };
    let budget = &mut cache.budget();
    let mut entries = Vec::with_capacity(calls.len());
    for (call, value) in calls.iter().zip(values) {
        let tags = tags::declared(*call, store, budget).await?;
        let facts = Facts { tags, ..Facts::default() };
        if let Some((draft, ttl)) = call.try_draft(Some(&Arc::new((*value).clone())), &facts)? {
            entries.push((call.key.clone(), draft, ttl));
        }
    }
    let count = entries.len() as u64;
    let newer = store.put(budget, entries).await.inspect_err(|_| site.counters.store_errors.one())?;
    site.counters.older.add(newer);
    site.counters.writes.add(count - newer.min(count));
    Ok(())
}

impl<V, K> Clone for Entry<V, K> {
    fn clone(&self) -> Self {
        Entry {
            cache: self.cache.clone(),
            key: self.key.clone(),
            tags: self.tags.clone(),
            policy: self.policy.clone(),
            ..*self
        }
    }
}

impl<V, K> fmt::Debug for Entry<V, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("key", &self.key).field("cache", &self.cache).finish()
    }
}

/// All entries of a declaration whose key fits a pattern.
#[must_use = "a pattern does nothing by itself; call `invalidate`"]
#[derive(Clone)]
pub struct EntryPattern {
    cache: Cache,
    site: &'static Site,
    pattern: Pattern,
}

impl EntryPattern {
    pub(crate) fn new(cache: &Cache, site: &'static Site, pattern: Pattern) -> EntryPattern {
        EntryPattern { cache: cache.clone(), site, pattern }
    }

    /// The pattern over keys.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    pub(crate) fn place(&self) -> (&Cache, &'static Site, &Pattern) {
        (&self.cache, self.site, &self.pattern)
    }

    /// Invalidates all entries of the pattern; gives how many keys went: inside of a
    /// [transaction](crate::AfterCommit::scope) none yet, so 0.
    ///
    /// On a server this scans the keys, all of them, in batches: it is for rare events, not for each write.
    ///
    /// # Errors
    ///
    /// Where the store could not be told about all of them.
    pub async fn invalidate(&self) -> Result<u64, CacheError> {
        invalidate_pattern(&self.cache, self.site, &self.pattern).await
    }
}

impl fmt::Display for EntryPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pattern.fmt(f)
    }
}

impl fmt::Debug for EntryPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EntryPattern").field(&self.pattern.as_str()).finish()
    }
}
