//! What stores a value: an operation of its own for each kind.

use std::convert::Infallible;
use std::future::Future;

use super::{Entry, put};
use crate::error::CacheError;
use crate::kind::{self, IsCacheAside, IsTtl, IsWriteThrough};
use crate::load::ErrorSharing;
use crate::value::Value;
use crate::write::{Written, write};

impl<V: Value, K> Entry<V, K> {
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
