//! Changes inside of a database transaction: nobody is told of them before it is committed.
//!
//! A function inside a transaction ends before the commit. What it invalidated at its end a reader could load and store
//! again, as the source has it until the commit. So invalidations wait for the commit, and write marks stand until then.

mod pending;
mod scope;
#[cfg(feature = "sqlx")]
mod sqlx;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub(crate) use pending::{Begun, Pending};
pub(crate) use scope::{current, is_open};
#[cfg(feature = "sqlx")]
pub use sqlx::CacheTransaction;

use crate::cache::Cache;
use crate::entry::{Entry, EntryPattern};
use crate::error::CacheError;
use crate::invalidate::{Invalidated, Target, send_in_background};
use crate::key::{Key, KeyParts};
use crate::strategy::CacheStrategy;

/// Keeps what a database transaction invalidates and writes until it is committed; [`Cache::after_commit`] makes one.
///
/// ```
/// use cache_runtime::prelude::*;
///
/// #[cached(namespace = "shop", key = "product/<id>/price", ttl = "10m")]
/// async fn price(id: u64) -> Result<u32, String> {
///     Ok(499)
/// }
///
/// #[cache_invalidate(price(id))]
/// async fn reprice(id: u64, cents: u32) -> Result<(), String> {
///     Ok(()) // an UPDATE in the transaction
/// }
///
/// # async fn commit() -> Result<(), String> { Ok(()) }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// price(7).await?;
/// let after = Cache::installed().after_commit();
/// after.scope(reprice(7, 599)).await?;
/// // Not yet: a reader could load the old price again, which the database has until the commit.
/// assert_eq!(price_entry(7).get().await, Some(499));
/// commit().await?;
/// after.commit().await?;
/// assert_eq!(price_entry(7).get().await, None);
/// # Ok(())
/// # }
/// ```
///
/// It takes what is for other caches too. It ends with [`commit`](AfterCommit::commit), [`rollback`](AfterCommit::rollback) or
/// [`unknown`](AfterCommit::unknown). Dropped without any of them, by an early return with `?`, a panic, or a caller that went
/// away, it does in the background what `unknown` does: the transaction may have been committed.
///
/// # Writes
///
/// `write` and `#[cache_put]` inside of the [`scope`](AfterCommit::scope) leave their write mark in its place, so that readers
/// load and store nothing, until the transaction ends; all writes of one key share one. On `commit` the last value is stored,
/// provided that no other write of this key ran at the same time, and nothing of it was invalidated since.
///
/// - A mark stands for [30 seconds](crate::CacheBuilder::write_mark), and nothing prolongs it. A longer transaction finds it
///   gone at its end, and stores nothing; until then readers may store the value from before, which the end removes.
/// - A value has to be as it is after the commit. One that a transaction reads from a snapshot (`REPEATABLE READ`,
///   MySQL's default) may lack what others have committed since, and one that was written under a savepoint goes with it:
///   [`forget_values`](AfterCommit::forget_values) leaves nothing in place of them.
#[must_use = "dropped at once it sends what it has not collected yet; call `scope`, then `commit` or `rollback`"]
pub struct AfterCommit {
    cache: Cache,
    pending: Arc<Pending>,
}

/// Whether the transaction around this code has changed an entry.
pub(crate) fn has_changed(cache: &Cache, key: &Key) -> bool {
    current().is_some_and(|pending| pending.has_changed(cache, key))
}

impl Cache {
    /// Keeps what a database transaction invalidates and writes until it is committed. See [`AfterCommit`].
    pub fn after_commit(&self) -> AfterCommit {
        AfterCommit { cache: self.clone(), pending: Arc::default() }
    }
}

impl AfterCommit {
    /// Runs a part of the transaction: what it invalidates is kept, and its writes hold their marks.
    ///
    /// Inside, `#[cache_invalidate]`, `invalidate`, `delete` and `invalidate_tag` give [`Invalidated::Deferred`], the
    /// invalidation of a pattern says that no keys went, and a write [`WriteEffect::Deferred`](crate::WriteEffect::Deferred).
    /// `set` and the clearing of a namespace are done at once. Tasks that are spawned inside are outside.
    ///
    /// **Reads inside** see the transaction: an entry that it has changed (after a tag, any entry of that cache) is not read from
    /// the cache, and nothing that is loaded is shared or stored, as it may be what is not committed yet, or what a
    /// snapshot still has. Such a load runs inside of its caller, for as long as it takes.
    pub async fn scope<F: Future>(&self, future: F) -> F::Output {
        scope::within(Arc::clone(&self.pending), future).await
    }

    /// Keeps the invalidation of an entry.
    pub fn invalidate<V, K>(&self, entry: &Entry<V, K>) {
        self.pending.invalidate(Target::entry(entry));
    }

    /// Keeps the invalidation of all entries of a pattern.
    pub fn invalidate_pattern(&self, pattern: &EntryPattern) {
        self.pending.invalidate(Target::pattern(pattern));
    }

    /// Keeps the invalidation of all entries that carry a tag. See [`CacheStrategy::invalidate_tag`].
    pub fn invalidate_tag<S: CacheStrategy>(&self, strategy: &S, parts: impl KeyParts) {
        self.pending.invalidate(Target::tag(strategy.cache(), S::STRATEGY, strategy.tag(parts)));
    }

    /// The values that were written so far will not be stored on `commit`: their entries are removed. Call it when the
    /// transaction goes back to a savepoint, or where its snapshot may be older than what others have committed.
    pub fn forget_values(&self) {
        self.pending.forget_values();
    }

    /// The transaction was committed: sends all invalidations, and ends the writes with their values.
    ///
    /// [`Invalidated::Queued`] if any of it could not be sent yet. It is sent at once also where this runs in another one's scope.
    ///
    /// # Errors
    ///
    /// None at present, as with [`Entry::invalidate`].
    pub async fn commit(self) -> Result<Invalidated, CacheError> {
        Ok(self.pending.send(true).await)
    }

    /// The transaction was rolled back: discards the invalidations, and ends the writes without values, which
    /// leaves nothing in the cache.
    pub async fn rollback(self) {
        self.pending.discard().await;
    }

    /// Nobody knows whether the transaction was committed (its commit has failed, say): sends all invalidations, and ends
    /// the writes without values.
    ///
    /// # Errors
    ///
    /// None at present, as with [`Entry::invalidate`].
    pub async fn unknown(self) -> Result<Invalidated, CacheError> {
        Ok(self.pending.send(false).await)
    }
}

impl Drop for AfterCommit {
    fn drop(&mut self) {
        send_in_background(self.pending.abandon());
    }
}

impl fmt::Debug for AfterCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AfterCommit").field("cache", &self.cache).finish_non_exhaustive()
    }
}
