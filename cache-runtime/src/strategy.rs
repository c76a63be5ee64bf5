//! The strategy traits: what `#[cache_strategy]` implements, and the operations over dynamic keys.

use std::future::Future;

use crate::cache::Cache;
use crate::call::Entries;
use crate::declaration::Strategy;
use crate::entry::{Entry, EntryPattern, get_many};
use crate::error::CacheError;
use crate::invalidate::{Invalidated, invalidate_key};
use crate::key::{Key, KeyParts, KeyWriter, PatternParts, PatternWriter};
use crate::kind::Kind;
use crate::site::Site;
use crate::value::{Value, by_name};

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
pub trait CacheStrategy: Sized + AnyThread {
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

    /// The key of a tag, as `tags(…)` renders it.
    fn tag(&self, parts: impl KeyParts) -> Key {
        let mut writer = KeyWriter::empty();
        writer.begin_tag(Self::STRATEGY.prefix);
        self.render_fields(&mut writer);
        parts.render(&mut writer);
        writer.finish()
    }

    /// Invalidates all entries that carry a tag, with one command. See [`Entry::invalidate`].
    ///
    /// # Errors
    ///
    /// As there.
    fn invalidate_tag(
        &self,
        parts: impl KeyParts,
    ) -> impl Future<Output = Result<Invalidated, CacheError>> + Send {
        let tag = self.tag(parts);
        async move { invalidate_key(self.cache(), Site::dynamic(Self::STRATEGY), &tag).await }
    }

    /// The entry at the key of some parts.
    fn entry<V: Value>(&self, parts: impl KeyParts) -> Entry<V, Self::Kind> {
        Entry::new(Site::dynamic(Self::STRATEGY), self.cache(), self.key(parts), by_name::<V>())
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
        async move {
            let entries = Entries::new(Site::dynamic(Self::STRATEGY), self.cache(), by_name::<V>());
            get_many(entries, &keys).await
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

/// That a strategy can be used by several threads: `#[cache_strategy]` implements it, and it is proven there, once. Were `Send` and
/// `Sync` asked of the strategy itself, the compiler would look through all that a cache consists of, in each function anew.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no cache strategy",
    label = "no strategy is declared for this type",
    note = "put `#[cache_strategy(namespace = \"…\", ttl = …)]` on the struct `{Self}`"
)]
pub trait AnyThread: Send + Sync {}
