//! A sqlx transaction that tells the cache of its end.

use std::fmt;
use std::ops::{Deref, DerefMut};

use sqlx::{Database, Pool, Transaction};

use super::AfterCommit;
use crate::cache::Cache;
use crate::invalidate::Invalidated;

/// A database transaction, and what the cache is told once it is committed. [`Cache::begin`] begins one, with the feature `sqlx`.
///
/// It derefs to [`sqlx::Transaction`]: `&mut **transaction` is the connection that runs statements.
///
/// ```
/// use cache_runtime::prelude::*;
/// # use cache_runtime::Invalidated;
///
/// #[cached(namespace = "shop", key = "product/<id>/price", ttl = "10m")]
/// async fn price(id: u64) -> Result<u32, sqlx::Error> {
///     Ok(499)
/// }
///
/// async fn reprice<DB: sqlx::Database>(pool: &sqlx::Pool<DB>, id: u64) -> Result<(), sqlx::Error> {
///     let mut transaction = Cache::installed().begin(pool).await?;
///     transaction
///         .scope(async |connection| {
///             // Statements on `&mut *connection`; what this invalidates and writes waits for the commit.
///             price_entry(id).invalidate().await
///         })
///         .await
///         .map_err(sqlx::Error::decode)?;
///     transaction.commit().await?;
///     Ok(())
/// }
/// ```
///
/// # Dropped without a commit
///
/// sqlx rolls back then, when it comes to it; the cache is told as if it had been committed, which costs a few loads. For
/// that it was not is known only to the database: statements may have committed it (`COMMIT` as text; MySQL does so on its
/// own with each `CREATE TABLE`), and a [`commit`](CacheTransaction::commit) that is dropped may be done by then. Even a commit
/// that fails may have been done, where the connection was lost before its answer. Only a
/// [`rollback`](CacheTransaction::rollback) that the database has answered is believed.
///
/// A `commit` that is dropped, by a timeout around it say, may also be done *after* the cache was told, and a reader in between
/// may store the old value. Let it run to its end.
#[must_use = "dropped it is rolled back; call `commit`"]
pub struct CacheTransaction<'c, DB: Database> {
    // In this order: the rollback is under way before the cache is told.
    transaction: Transaction<'c, DB>,
    after: AfterCommit,
}

impl Cache {
    /// Begins a database transaction, of which the cache is told once it is committed. See [`CacheTransaction`].
    ///
    /// # Errors
    ///
    /// sqlx's.
    pub async fn begin<DB: Database>(
        &self,
        pool: &Pool<DB>,
    ) -> Result<CacheTransaction<'static, DB>, sqlx::Error> {
        Ok(CacheTransaction::new(self, pool.begin().await?))
    }
}

impl<'c, DB: Database> CacheTransaction<'c, DB> {
    /// From a transaction that has just begun, on a connection or in some other way than the usual one.
    pub fn new(cache: &Cache, transaction: Transaction<'c, DB>) -> CacheTransaction<'c, DB> {
        CacheTransaction { transaction, after: cache.after_commit() }
    }

    /// Runs a part of the transaction, on its connection, as [`AfterCommit::scope`] does.
    pub async fn scope<T>(&mut self, work: impl AsyncFnOnce(&mut DB::Connection) -> T) -> T {
        self.after.scope(work(&mut self.transaction)).await
    }

    /// What the cache is told at the end.
    pub fn after(&self) -> &AfterCommit {
        &self.after
    }

    /// Commits, and then tells the cache. Gives whether the cache could be told yet.
    ///
    /// # Errors
    ///
    /// sqlx's. Then nobody knows whether it was committed, and the cache is told of all changes.
    pub async fn commit(self) -> Result<Invalidated, sqlx::Error> {
        let CacheTransaction { transaction, after } = self;
        let committed = transaction.commit().await;
        let told = match committed {
            Ok(()) => after.commit().await,
            Err(_) => after.unknown().await,
        };
        // No error of the cache may look as if the commit had failed.
        committed.map(|()| told.unwrap_or(Invalidated::Queued))
    }

    /// Rolls back; the cache is told of nothing.
    ///
    /// # Errors
    ///
    /// sqlx's. Then nobody knows what happened, and the cache is told of all changes.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        let CacheTransaction { transaction, after } = self;
        let rolled_back = transaction.rollback().await;
        match rolled_back {
            Ok(()) => after.rollback().await,
            // What comes of it does not change the answer; what could not be sent is queued.
            Err(_) => drop(after.unknown().await),
        }
        rolled_back
    }
}

impl<'c, DB: Database> Deref for CacheTransaction<'c, DB> {
    type Target = Transaction<'c, DB>;

    fn deref(&self) -> &Transaction<'c, DB> {
        &self.transaction
    }
}

impl<DB: Database> DerefMut for CacheTransaction<'_, DB> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.transaction
    }
}

impl<DB: Database> fmt::Debug for CacheTransaction<'_, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheTransaction").field("after", &self.after).finish_non_exhaustive()
    }
}
