//! The operations of one kind alone, over keys made from parts.
//!
//! That there is a strategy is a bound of each method, not of the traits: for an entry of another kind the kind is then all
//! that is missing, and the compiler says so.

use std::future::Future;

use crate::call::Call;
use crate::entry::put;
use crate::error::CacheError;
use crate::key::{Key, KeyParts};
use crate::kind::{IsCacheAside, IsTtl, IsWriteThrough};
use crate::site::Site;
use crate::strategy::CacheStrategy;
use crate::value::{Value, by_name};
use crate::write::Written;

/// The operations of a strategy of the kind `ttl`.
pub trait Ttl: IsTtl {
    /// Stores a value on the caller's word. See [`Entry::set`](crate::Entry::set).
    ///
    /// # Errors
    ///
    /// As there.
    fn set<V: Value>(
        &self,
        parts: impl KeyParts,
        value: &V,
    ) -> impl Future<Output = Result<(), CacheError>> + Send
    where
        Self: CacheStrategy,
    {
        let entry = self.entry::<V>(parts);
        let (site, cache) = (Site::dynamic(Self::STRATEGY), self.cache());
        async move {
            let call = Call::new::<V>(site, cache, entry.key(), by_name::<V>());
            put(&[call], &[value]).await
        }
    }

    /// Stores many values on the caller's word, in one round trip.
    ///
    /// # Errors
    ///
    /// Where a value can't be encoded, then none is stored; or the store could not be told, then some may be.
    fn set_many<'v, V: Value, P: KeyParts>(
        &self,
        values: impl IntoIterator<Item = (P, &'v V)>,
    ) -> impl Future<Output = Result<(), CacheError>> + Send
    where
        Self: CacheStrategy,
    {
        let (keys, values): (Vec<Key>, Vec<&V>) =
            values.into_iter().map(|(parts, value)| (self.key(parts), value)).unzip();
        async move {
            let (site, cache) = (Site::dynamic(Self::STRATEGY), self.cache());
            let calls: Vec<Call<'_>> =
                keys.iter().map(|key| Call::new::<V>(site, cache, key, by_name::<V>())).collect();
            put(&calls, &values).await
        }
    }
}

impl<S: IsTtl> Ttl for S {}

/// The operations of a strategy of the kind `cache_aside`.
pub trait CacheAside: IsCacheAside {
    /// The cached value, or what `loader` returns, which is then cached. See [`Entry::fetch`](crate::Entry::fetch).
    ///
    /// # Errors
    ///
    /// The loader's.
    fn fetch<V, E, F, Fut>(
        &self,
        parts: impl KeyParts,
        loader: F,
    ) -> impl Future<Output = Result<V, E>> + Send
    where
        Self: CacheStrategy,
        V: Value,
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<V, E>> + Send,
    {
        self.get_or_set(parts, loader)
    }
}

impl<S: IsCacheAside> CacheAside for S {}

/// The operations of a strategy of the kind `write_through`.
pub trait WriteThrough: IsWriteThrough {
    /// Writes the source, and caches the value that it has then. See [`Entry::write`](crate::Entry::write).
    ///
    /// # Errors
    ///
    /// `persist`'s.
    fn write<V, E, F, Fut>(
        &self,
        parts: impl KeyParts,
        persist: F,
    ) -> impl Future<Output = Result<V, E>> + Send
    where
        Self: CacheStrategy,
        V: Value,
        E: Send,
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<V, E>> + Send,
    {
        let report = self.write_report(parts, persist);
        async move { report.await.map(|written| written.value) }
    }

    /// As [`write`](WriteThrough::write), and tells what is in the cache now.
    ///
    /// # Errors
    ///
    /// As there.
    fn write_report<V, E, F, Fut>(
        &self,
        parts: impl KeyParts,
        persist: F,
    ) -> impl Future<Output = Result<Written<V>, E>> + Send
    where
        Self: CacheStrategy,
        V: Value,
        E: Send,
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<V, E>> + Send,
    {
        let entry = self.entry::<V>(parts);
        async move { entry.run_write(persist).await }
    }
}

impl<S: IsWriteThrough> WriteThrough for S {}
