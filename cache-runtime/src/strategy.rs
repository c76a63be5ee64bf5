//! The strategy traits: what `#[cache_strategy]` implements, and the operations over dynamic keys.

use std::future::Future;

use crate::cache::Cache;
use crate::entry::{Entry, EntryPattern, get_many, put};
use crate::error::CacheError;
use crate::invalidate::Invalidated;
use crate::key::{Key, KeyParts, KeyWriter, PatternParts, PatternWriter};
use crate::kind::{self, Kind};
use crate::policy::Strategy;
use crate::read::Call;
use crate::site::Site;
use crate::value::{Value, by_name};
use crate::write::Written;

/// A strategy or an entry of the kind `ttl`: it takes `set`.
#[diagnostic::on_unimplemented(
    message = "`set` needs the kind `ttl`, and `{Self}` is of another kind",
    label = "`set` stores on the caller's word, which only the kind `ttl` takes",
    note = "`ttl`: `set`; `cache_aside`: `fetch`, and `invalidate` after a change; `write_through`: `write`",
    note = "declare `kind = \"ttl\"`, or use the operation of the kind that it has"
)]
pub trait Ttl {}

/// A strategy or an entry of the kind `cache_aside`: it takes `fetch`.
#[diagnostic::on_unimplemented(
    message = "`fetch` needs the kind `cache_aside`, and `{Self}` is of another kind",
    label = "`fetch` is the load of a cache-aside entry",
    note = "`ttl`: `set`; `cache_aside`: `fetch`, and `invalidate` after a change; `write_through`: `write`",
    note = "declare `kind = \"cache_aside\"`, or load with `get_or_set`, which every kind has"
)]
pub trait CacheAside {}

/// A strategy or an entry of the kind `write_through`: it takes `write`.
#[diagnostic::on_unimplemented(
    message = "`write` needs the kind `write_through`, and `{Self}` is of another kind",
    label = "`write` stores under a write mark, which only the kind `write_through` has",
    note = "`ttl`: `set`; `cache_aside`: `fetch`, and `invalidate` after a change; `write_through`: `write`",
    note = "declare `kind = \"write_through\"`, or use the operation of the kind that it has"
)]
pub trait WriteThrough {}

impl Ttl for kind::Ttl {}
impl CacheAside for kind::CacheAside {}
impl WriteThrough for kind::WriteThrough {}

/// A declared strategy: a namespace, a kind and a policy, and the operations on keys made from parts.
///
/// `#[cache_strategy]` implements it:
///
/// ```
/// use cache_runtime::prelude::*;
///
/// /// Feature flags: a minute old is good enough.
/// #[cache_strategy(namespace = "flags", ttl = 60)]
/// struct Flags { cache: Cache }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), CacheError> {
/// let flags = Flags { cache: Cache::memory() };
/// flags.set(("user", 7, "beta"), &true).await?;
/// assert_eq!(flags.get(("user", 7, "beta")).await, Some(true));
/// flags.delete(("user", 7, "beta")).await?;
/// assert_eq!(flags.get::<bool>(("user", 7, "beta")).await, None);
/// # Ok(())
/// # }
/// ```
///
/// Keys made here and keys of declared entries are the same where their text is: `flags.get(("user", 7, "beta"))` reads what an
/// entry with the template `user/<id>/<flag>` has stored. A value that is read or written here is checked by its type's name; a
/// declared entry also by the schema, where that is derived.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no cache strategy",
    label = "no strategy is declared for this type",
    note = "put `#[cache_strategy(namespace = \"…\", ttl = …)]` on the struct `{Self}`"
)]
pub trait CacheStrategy: Sized + Send + Sync {
    /// The kind that was declared.
    type Kind: Kind;

    /// What was declared.
    const STRATEGY: &'static Strategy;

    /// The cache that holds the entries: the struct's `Cache` field, else the installed one.
    fn cache(&self) -> &Cache {
        Cache::installed()
    }

    /// Appends the fields that are marked `#[key]`: they are part of every key.
    fn render_fields(&self, key: &mut KeyWriter) {
        let _ = key;
    }

    /// The key of some parts.
    fn key(&self, parts: impl KeyParts) -> Key {
        let mut writer = KeyWriter::new(Self::STRATEGY.prefix);
        self.render_fields(&mut writer);
        parts.render(&mut writer);
        writer.finish()
    }

    /// The entry at the key of some parts.
    fn entry<V: Value>(&self, parts: impl KeyParts) -> Entry<V, Self::Kind> {
        Entry::new(Site::dynamic(Self::STRATEGY), self.cache(), self.key(parts), by_name::<V>)
    }

    /// All entries whose key fits the parts, of which some are [`Any`](crate::Any).
    fn entries(&self, parts: impl PatternParts) -> EntryPattern {
        let mut writer = PatternWriter::new(Self::STRATEGY.prefix);
        self.render_fields(writer.key());
        parts.render(&mut writer);
        EntryPattern::new(self.cache(), Site::dynamic(Self::STRATEGY), writer.into_pattern())
    }

    /// The cached value, if there is one. See [`Entry::get`].
    fn get<V: Value>(&self, parts: impl KeyParts) -> impl Future<Output = Option<V>> + Send {
        let entry = self.entry::<V>(parts);
        async move { entry.get().await }
    }

    /// The cached values, each in its key's place: one command.
    fn get_many<V: Value, P: KeyParts>(
        &self,
        parts: impl IntoIterator<Item = P>,
    ) -> impl Future<Output = Vec<Option<V>>> + Send {
        let keys: Vec<Key> = parts.into_iter().map(|parts| self.key(parts)).collect();
        async move { get_many(self.cache(), Site::dynamic(Self::STRATEGY), &keys, by_name::<V>).await }
    }

    /// Stores a value on the caller's word. See [`Entry::set`].
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
        Self: Ttl,
    {
        let entry = self.entry::<V>(parts);
        let (site, cache) = (Site::dynamic(Self::STRATEGY), self.cache());
        async move {
            let call = Call { site, cache, key: entry.key(), schema: by_name::<V> };
            put(&[call], &[value], Self::STRATEGY.policy.time_to_live()).await
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
        Self: Ttl,
    {
        let (keys, values): (Vec<Key>, Vec<&V>) =
            values.into_iter().map(|(parts, value)| (self.key(parts), value)).unzip();
        async move {
            let (site, cache) = (Site::dynamic(Self::STRATEGY), self.cache());
            let calls: Vec<Call<'_>> =
                keys.iter().map(|key| Call { site, cache, key, schema: by_name::<V> }).collect();
            put(&calls, &values, Self::STRATEGY.policy.time_to_live()).await
        }
    }

    /// The cached value, or what `loader` returns, which is then cached. See [`Entry::get_or_set`].
    ///
    /// # Errors
    ///
    /// The loader's.
    fn get_or_set<V, E, F, Fut>(
        &self,
        parts: impl KeyParts,
        loader: F,
    ) -> impl Future<Output = Result<V, E>> + Send
    where
        V: Value,
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<V, E>> + Send,
    {
        let entry = self.entry::<V>(parts);
        async move { entry.get_or_set(loader).await }
    }

    /// The cached value, or what `loader` returns, which is then cached. See [`Entry::fetch`].
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
        Self: CacheAside,
        V: Value,
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<V, E>> + Send,
    {
        self.get_or_set(parts, loader)
    }

    /// Writes the source, and caches the value that it has then. See [`Entry::write`].
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
        Self: WriteThrough,
        V: Value,
        E: Send,
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<V, E>> + Send,
    {
        let report = self.write_report(parts, persist);
        async move { report.await.map(|written| written.value) }
    }

    /// As [`write`](CacheStrategy::write), and tells what is in the cache now.
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
        Self: WriteThrough,
        V: Value,
        E: Send,
        F: FnOnce() -> Fut + Send,
        Fut: Future<Output = Result<V, E>> + Send,
    {
        let entry = self.entry::<V>(parts);
        async move { entry.run_write(persist).await }
    }

    /// Removes an entry. See [`Entry::invalidate`].
    ///
    /// # Errors
    ///
    /// As there.
    fn delete(&self, parts: impl KeyParts) -> impl Future<Output = Result<Invalidated, CacheError>> + Send {
        let entry = self.entry::<()>(parts);
        async move { entry.invalidate().await }
    }

    /// The same as [`delete`](CacheStrategy::delete).
    ///
    /// # Errors
    ///
    /// As there.
    fn invalidate(
        &self,
        parts: impl KeyParts,
    ) -> impl Future<Output = Result<Invalidated, CacheError>> + Send {
        self.delete(parts)
    }
}
