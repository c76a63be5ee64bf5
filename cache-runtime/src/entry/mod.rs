//! One entry of the cache, typed: what every companion function returns.

mod kinds;
mod many;
mod pattern;
mod read;

use std::fmt;
use std::marker::PhantomData;

pub(crate) use many::{get_many, put};
pub use pattern::EntryPattern;

use crate::cache::Cache;
use crate::call::{Call, Entries, EntryAt};
use crate::error::CacheError;
use crate::invalidate::{Invalidated, invalidate_key};
use crate::key::Key;
use crate::kind;
use crate::policy::Policy;
use crate::site::Site;
use crate::stats::Counts;
use crate::value::{Shape, Value};

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
        let policy = change(*self.in_force());
        if let Some((setting, takes)) = policy.problem().or_else(|| self.schema.refuses(&policy)) {
            return Err(CacheError::InvalidSetting { setting, reason: takes.into() });
        }
        Ok(Entry { policy: Some(Box::new(policy)), ..self })
    }

    fn in_force(&self) -> &Policy {
        self.policy.as_deref().unwrap_or(&self.site.declaration.policy)
    }

    pub(crate) fn at(&self) -> EntryAt<'_> {
        let entries = Entries::new(self.site, &self.cache, self.schema);
        entries.at(&self.key).tags(&self.tags).policy(self.in_force())
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
    /// An operation on it.
    pub(crate) fn call(&self) -> Call<'_> {
        self.at().call::<V>(true)
    }
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
