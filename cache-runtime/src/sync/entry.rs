//! The entry of a function that is not async.

use std::fmt;

use super::block::block_on;
use super::load::memo;
use crate::entry::{Entry, EntryPattern};
use crate::error::CacheError;
use crate::invalidate::Invalidated;
use crate::key::{Key, Pattern};
use crate::kind::{self, IsCacheAside, IsTtl, IsWriteThrough};
use crate::load::ErrorSharing;
use crate::load::returns::Fallible;
use crate::policy::Policy;
use crate::stats::Counts;
use crate::value::Value;

/// The entry of a function that is not async: the same operations as those of an [`Entry`], in this thread, on values that are
/// kept in this process alone.
///
/// ```
/// use cache_runtime::prelude::*;
///
/// #[cached(namespace = "texts", key = "words/<text>", ttl = "1h", kind = "cache_aside")]
/// fn words(text: &str) -> usize {
///     text.split_whitespace().count()
/// }
///
/// assert_eq!(words("one and two"), 3);
/// assert_eq!(words_entry("one and two").get(), Some(3));
/// words_entry("one and two").invalidate()?;
/// assert_eq!(words_entry("one and two").get(), None);
/// assert_eq!(words_entry("four").fetch(|| Ok::<_, CacheError>(1))?, 1);
/// # Ok::<(), CacheError>(())
/// ```
///
/// Async code that has to wait for what another thread loads holds up its own thread meanwhile; by `as_ref` it has the
/// [`Entry`] itself.
#[must_use = "an entry does nothing by itself; call `get`, `invalidate`, …"]
pub struct SyncEntry<V, K = kind::Ttl>(Entry<V, K>);

impl<V, K> SyncEntry<V, K> {
    #[doc(hidden)]
    pub fn new(entry: Entry<V, K>) -> SyncEntry<V, K> {
        SyncEntry(entry)
    }

    /// The entry's key.
    pub fn key(&self) -> &Key {
        self.0.key()
    }

    /// What was counted for this entry's declaration since the program started, in this process.
    pub fn counts(&self) -> Counts {
        self.0.counts()
    }

    /// The same entry under another policy. See [`Entry::policy`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn policy(self, change: impl FnOnce(Policy) -> Policy) -> Result<SyncEntry<V, K>, CacheError> {
        self.0.policy(change).map(SyncEntry)
    }

    /// Removes the entry; what is being loaded goes to its callers alone. See [`Entry::invalidate`].
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn invalidate(&self) -> Result<Invalidated, CacheError> {
        block_on(self.0.invalidate())
    }

    /// The same as [`invalidate`](SyncEntry::invalidate).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn delete(&self) -> Result<Invalidated, CacheError> {
        self.invalidate()
    }
}

impl<V: Value, K> SyncEntry<V, K> {
    /// The kept value, if there is one.
    pub fn get(&self) -> Option<V> {
        block_on(self.0.get())
    }

    /// The kept value, or what `loader` returns, which is then kept. Threads that ask at the same time share one load.
    ///
    /// # Errors
    ///
    /// The loader's; nothing is kept then.
    pub fn get_or_set<E>(&self, loader: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        E: Clone + Send + Sync + 'static,
    {
        let (mut value, at) = (None, self.0.at());
        if at.call::<V>(false).hit_here(&mut value)
            && let Some(value) = value
        {
            return Ok(value);
        }
        memo(Fallible, at, ErrorSharing::by(E::clone), loader)
    }
}

impl<V, K> SyncEntry<V, K>
where
    V: Value,
    Self: IsTtl,
{
    /// Stores a value on the caller's word, and ends a load that is under way.
    ///
    /// # Errors
    ///
    /// Where the value can't be encoded: its encoded size is what it weighs.
    pub fn set(&self, value: &V) -> Result<(), CacheError> {
        block_on(crate::entry::put(&[self.0.call()], &[value]))
    }
}

impl<V, K> SyncEntry<V, K>
where
    V: Value,
    Self: IsCacheAside,
{
    /// The kept value, or what `loader` returns, which is then kept. Threads that ask at the same time share one load.
    ///
    /// # Errors
    ///
    /// The loader's; nothing is kept then.
    pub fn fetch<E>(&self, loader: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        E: Clone + Send + Sync + 'static,
    {
        self.get_or_set(loader)
    }
}

impl<V, K> SyncEntry<V, K>
where
    V: Value,
    Self: IsWriteThrough,
{
    /// Writes the source, and keeps the value that it has then. See [`Entry::write`].
    ///
    /// # Errors
    ///
    /// `persist`'s; the entry is gone then.
    pub fn write<E>(&self, persist: impl FnOnce() -> Result<V, E>) -> Result<V, E> {
        block_on(self.0.run_write(|| async { persist() })).map(|written| written.value)
    }
}

impl<V> IsTtl for SyncEntry<V, kind::Ttl> {}
impl<V> IsCacheAside for SyncEntry<V, kind::CacheAside> {}
impl<V> IsWriteThrough for SyncEntry<V, kind::WriteThrough> {}

/// The entry as async code uses it.
impl<V, K> AsRef<Entry<V, K>> for SyncEntry<V, K> {
    fn as_ref(&self) -> &Entry<V, K> {
        &self.0
    }
}

impl<V, K> Clone for SyncEntry<V, K> {
    fn clone(&self) -> Self {
        SyncEntry(self.0.clone())
    }
}

impl<V, K> fmt::Debug for SyncEntry<V, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// All entries of a function that is not async whose key fits a pattern.
#[must_use = "a pattern does nothing by itself; call `invalidate`"]
#[derive(Clone, Debug)]
pub struct SyncEntryPattern(EntryPattern);

impl SyncEntryPattern {
    #[doc(hidden)]
    pub fn new(pattern: EntryPattern) -> SyncEntryPattern {
        SyncEntryPattern(pattern)
    }

    /// The pattern over keys.
    pub fn pattern(&self) -> &Pattern {
        self.0.pattern()
    }

    /// Invalidates all entries of the pattern; gives how many there were. It looks at all keys of this process.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn invalidate(&self) -> Result<u64, CacheError> {
        block_on(self.0.invalidate())
    }
}

/// The pattern as async code uses it.
impl AsRef<EntryPattern> for SyncEntryPattern {
    fn as_ref(&self) -> &EntryPattern {
        &self.0
    }
}

impl<V, K> AsRef<Entry<V, K>> for Entry<V, K> {
    fn as_ref(&self) -> &Entry<V, K> {
        self
    }
}

impl AsRef<EntryPattern> for EntryPattern {
    fn as_ref(&self) -> &EntryPattern {
        self
    }
}
