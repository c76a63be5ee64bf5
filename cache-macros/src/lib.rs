//! The macros of `cache-runtime`, which re-exports them: depend on that crate, and see its documentation for programs
//! that run.
//!
//! | macro | stands on | does |
//! |---|---|---|
//! | [`macro@cache_strategy`] | a struct, and its impl blocks | declares namespace, lifetime and kind; expands the methods |
//! | [`macro@cached`] | a function or a method | caches what it returns, or declares an entry without a body |
//! | [`macro@cache_put`] | a function or a method | stores what it returns in an entry |
//! | [`macro@cache_invalidate`] | a function or a method | invalidates entries on every way out |
//! | [`macro@CacheKey`] | a struct or an enum | makes it a part of keys |
//! | [`macro@CacheValue`] | a struct or an enum | keeps its shape with cached values |
//!
//! One mistake is one error, at the token that caused it, with what to write instead.

mod args;
mod bind;
mod block;
mod change;
mod check;
mod duration;
mod entry;
mod error;
mod expand;
mod fallback;
mod function;
mod generics;
mod guess;
mod key_derive;
mod model;
mod returns;
mod strategy;
mod template;
mod tokens;
mod value_derive;

#[cfg(test)]
mod places;
#[cfg(test)]
mod snapshots;

use proc_macro::TokenStream;

/// Declares a strategy: on a struct, and on the impl blocks whose methods it caches.
///
/// # On a struct
///
/// ```ignore
/// /// Recent messages of a conversation: always as the database has them.
/// #[cache_strategy(namespace = "chat", ttl = "30m", kind = "write_through")]
/// pub struct Messages {
///     #[key]
///     tenant: TenantId, // changes what is cached: ahead of every key
///     #[skip]
///     db: Db,           // changes nothing
///     cache: Cache,     // where the entries are kept; without one it is the installed cache
/// }
/// ```
///
/// | option | |
/// |---|---|
/// | `namespace = "chat"` | the first part of every key, of `a-z`, `0-9`, `_`, `-`; required |
/// | `ttl = "30m"` | how long a value is kept; required |
/// | `kind = "ttl"` | `"ttl"` (the default), `"cache_aside"` or `"write_through"`: which operations an entry has |
/// | `version = 1` | in every key; raising it leaves all older entries behind |
/// | `none_ttl = "1m"` | keeps the answer `None` too; without it, `None` is not kept |
/// | `crate = path` | where `cache-runtime` is, if it has another name |
///
/// A duration is a number of whole seconds (`1800`), or text made of `ms`, `s`, `m`, `h` and `d`: `"500ms"`, `"1h30m"`.
///
/// Every field is `#[key]`, `#[skip]` or a `Cache`; what is neither does not compile, so that no tenant's values are
/// served to another. The first paragraph of the documentation is the reason that the catalog shows.
///
/// # On an impl block
///
/// ```ignore
/// #[cache_strategy]
/// impl Messages {
///     #[cached(key = "conversation/<id>/messages")]
///     pub async fn messages(&self, id: i64) -> Result<Vec<Message>, DbError> {
///         self.db.latest(id, 50).await
///     }
/// }
/// ```
///
/// Expands [`cached`](macro@cached), [`cache_put`](macro@cache_put) and [`cache_invalidate`](macro@cache_invalidate) on
/// the methods: a macro on a method alone can't know its type. In a trait impl the companions stand in an inherent impl
/// beside it; `#[async_trait]` goes below. The block takes `skip(D)` for type and const parameters of its own that change
/// no answer, and `crate = path`.
#[proc_macro_attribute]
pub fn cache_strategy(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::cache_strategy(args.into(), item.into()).into()
}

/// Caches what an async function or method returns; without a body, declares a typed entry.
///
/// ```ignore
/// #[cached(namespace = "feed", key = "user/<user_id>/page_<page>", ttl = "1h", skip(db))]
/// pub async fn user_feed(db: &Db, user_id: i64, page: u32) -> Result<Arc<Vec<Post>>, DbError> {
///     db.feed(user_id, page).await
/// }
///
/// let posts = user_feed(&db, 7, 1).await?;        // the body runs on a miss
/// user_feed_entry(7, 1).invalidate().await?;      // the entry: same parameters, less the skipped ones
/// user_feed_pattern(7, Any).invalidate().await?;  // all pages of user 7
/// user_feed_uncached(&db, 7, 1).await?;           // the body, past the cache
///
/// #[cached(namespace = "chat", key = "user/<user_id>/online", ttl = 60)]
/// pub fn online(user_id: i64) -> Entry<bool>;     // no body, nothing to load
/// ```
///
/// | option | |
/// |---|---|
/// | `key = "…"` | the template; required |
/// | `namespace`, `ttl`, `kind`, `version` | as on [`cache_strategy`](macro@cache_strategy); on functions alone, the first two required |
/// | `strategy = Feed` | on functions, in place of these: those of a type |
/// | `ttl = "10m"` | on a method, or beside `strategy`: another lifetime |
/// | `skip(db)` | parameters that change no answer |
/// | `partial(req)` | parameters of which only what the key names (`<req.user_id>`) changes the answer |
/// | `none_ttl = "1m"` | keeps the answer `None` too |
/// | `result`, `option` | the return type is an alias of a `Result`, an `Option` |
/// | `share_error = path` | a `fn(&E) -> E` that copies an error for callers who waited for the same load |
/// | `crate = path` | where `cache-runtime` is, if it has another name |
///
/// # The template
///
/// Segments of letters, digits, `_`, `-` and `.`, separated by `/`, each with at most one `<placeholder>`. Placeholders are
/// parameters (`<id>`), paths into them (`<req.user_id>`, `<pair.0>`), type parameters with a `KeyType` (`<T>`) and const
/// parameters (`<N>`). A pair of braces makes a Redis Cluster hash tag: `"conversation/{<id>}/messages"`.
///
/// Every parameter, type parameter and const parameter is in the template or skipped by name; what is neither does not
/// compile.
///
/// # What is cached
///
/// `V` of `V`, `Option<V>`, `Result<V, E>` and `Result<Option<V>, E>`, told by the last segment of the path
/// (`anyhow::Result<V>`, `io::Result<V>`). An `Err` never is. `V` is owned, and serde writes and reads it.
#[proc_macro_attribute]
pub fn cached(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::cached(args.into(), item.into()).into()
}

/// Stores what a function returns in a write-through entry, under a write mark.
///
/// ```ignore
/// #[cache_put(self.messages(id))]
/// pub async fn replace(&self, id: i64, messages: Vec<Message>) -> Result<Vec<Message>, DbError> {
///     self.db.replace(id, messages).await?;
///     self.db.latest(id, 50).await
/// }
/// ```
///
/// The entry is written as the call that reads it: `self.method(…)` or `path::function(…)`. Its companion is what is used,
/// so import `user_feed_entry` with `user_feed`. The arguments are cloned before the body runs.
///
/// Return the value *as it is after the change is committed*: one worked out from an earlier read loses the update of
/// another writer. Works on methods with and without [`cache_strategy`](macro@cache_strategy). Takes `crate = path`.
#[proc_macro_attribute]
pub fn cache_put(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::change("cache_put", args.into(), item.into()).into()
}

/// Invalidates entries on every way out of a function: success, error, panic, a caller that went away.
///
/// ```ignore
/// #[cache_invalidate(self.messages(id), user_feed(author, *))]
/// pub async fn remove(&self, id: i64, author: i64) -> Result<(), DbError> {
///     self.db.remove(id).await
/// }
/// ```
///
/// Entries are written as the calls that read them; a `*` stands for every value of an argument. The arguments are cloned
/// before the body runs.
///
/// An error does not mean that nothing was committed, so it invalidates too; `on = "success"` opts out. May stand several
/// times, and around [`cache_put`](macro@cache_put). Takes `crate = path`.
#[proc_macro_attribute]
pub fn cache_invalidate(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::change("cache_invalidate", args.into(), item.into()).into()
}

/// Makes a struct or an enum a part of keys.
///
/// ```ignore
/// #[derive(CacheKey)]
/// struct UserId(u64);             // as its field: `7`
///
/// #[derive(CacheKey)]
/// struct Place {
///     country: String,
///     cell: u32,                  // `(se,3)`
///     #[cache(skip)]
///     note: String,               // left out by name
/// }
///
/// #[derive(CacheKey)]
/// enum Filter { All, By(UserId) } // `All`, `By(7)`
/// ```
///
/// Two values that differ in a field that isn't skipped never render alike. On the type, `#[cache(crate = path)]` says where
/// `cache-runtime` is.
#[proc_macro_derive(CacheKey, attributes(cache))]
pub fn derive_cache_key(input: TokenStream) -> TokenStream {
    entry::derive_key(input.into()).into()
}

/// Keeps the shape of a type with its cached values: after a change of the type an old value is a miss, never a misread.
///
/// ```ignore
/// #[derive(Clone, Serialize, Deserialize, CacheValue)]
/// struct Post {
///     id: i64,
///     comments: Vec<Comment>,     // a `CacheValue` itself
///     #[cache(opaque = "1")]
///     raw: other_crate::Raw,      // not one: raise the version when its format changes
/// }
/// ```
///
/// The shape is made of the names and types of fields and variants and of the serde attributes; a field with
/// `#[serde(skip)]` is no part of it. The type also gets a name for keys (`<T>`), its path; `#[cache(name = "post")]` gives
/// it another. `#[cache(crate = path)]` says where `cache-runtime` is.
#[proc_macro_derive(CacheValue, attributes(cache))]
pub fn derive_cache_value(input: TokenStream) -> TokenStream {
    entry::derive_value(input.into()).into()
}
