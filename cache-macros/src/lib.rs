//! The macros of `cache-runtime`, which re-exports them: depend on that crate, `use cache_runtime::prelude::*`.
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
mod batch;
mod bind;
mod block;
mod bounds;
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
mod loading;
mod model;
mod options;
mod returns;
mod settings;
mod strategy;
mod sync;
mod tags;
mod template;
#[cfg(test)]
mod template_check;
mod tokens;
mod value_derive;

#[cfg(test)]
mod places;
#[cfg(test)]
mod snapshots;

use proc_macro::TokenStream;

/// Declares a strategy: on a struct, and on the impl blocks whose methods it caches.
///
/// ```
/// use cache_runtime::prelude::*;
/// # #[derive(Clone)] struct Db;
/// # impl Db { async fn latest(&self, _: i64) -> Result<Vec<String>, std::fmt::Error> { Ok(vec![]) } }
///
/// /// Recent messages of a conversation: what a writer sent, every reader sees.
/// #[cache_strategy(namespace = "chat", ttl = "30m", kind = "write_through")]
/// pub struct Messages {
///     #[key]
///     tenant: u32,  // changes what is cached: ahead of every key
///     #[skip]
///     db: Db,       // changes nothing
///     cache: Cache, // where the entries are kept; without such a field it is the installed cache
/// }
///
/// #[cache_strategy]
/// impl Messages {
///     #[cached(key = "conversation/<id>/messages")]
///     pub async fn messages(&self, id: i64) -> Result<Vec<String>, std::fmt::Error> {
///         self.db.latest(id).await
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), std::fmt::Error> {
/// let messages = Messages { tenant: 3, db: Db, cache: Cache::memory() };
/// messages.messages(42).await?; // the body runs on a miss
/// assert_eq!(messages.messages_entry(42).key(), &"chat:v1:3:conversation:42:messages");
/// # Ok(())
/// # }
/// ```
///
/// # On a struct
///
/// | option | value | default | |
/// |---|---|---|---|
/// | `namespace = "chat"` | text of `a-z`, `0-9`, `_`, `-` | required | the first part of every key |
/// | `ttl = "30m"` | a duration | required | how long a value is kept |
/// | `kind = "ttl"` | `"ttl"`, `"cache_aside"`, `"write_through"` | `"ttl"` | which operations an entry has: `set`, `fetch`, `write` |
/// | `version = 2` | a whole number from 1 | `1` | stands in every key, as `v2`: raising it leaves all older entries behind |
/// | `none_ttl = "1m"` | a duration | `None` is not cached | how long the answer `None` is kept |
/// | `stale_while_revalidate`, `stale_if_error`, `retry_after`, `early_refresh`, `jitter`, `load_timeout`, `soft_load_timeout`, `detached` | as on a function | as there | the defaults of its methods: see [`cached`](macro@cached#stale-values-and-slow-loads) |
/// | `codec`, `compress`, `compress_above` | as on a function | as there | how values become bytes: see [`cached`](macro@cached#codecs-and-compression) |
/// | `crate = path` | a path | `::cache_runtime` | where the runtime is, if your crate has it under another name |
///
/// A duration is a number of whole seconds (`1800`), or text made of whole numbers with `ms`, `s`, `m`, `h` or `d`:
/// `"500ms"`, `"30m"`, `"1h30m"`, `"7d"`. It is more than zero and ten years at the most.
///
/// Every field is one of three; what is none of them does not compile, so that no tenant is served another's values.
///
/// | field | |
/// |---|---|
/// | `#[key]` | it changes what is cached: rendered ahead of every key, in the order of declaration |
/// | `#[skip]` | it changes nothing: a connection, a client |
/// | of type `Cache` | where this strategy's entries are kept; needs no mark |
///
/// The first paragraph of the struct's documentation is the reason that the catalog shows. A unit struct is a strategy
/// as well; a tuple struct or an enum is none.
///
/// # On an impl block
///
/// | option | value | |
/// |---|---|---|
/// | `skip(D)` | names | type and const parameters of the block that change no answer, for all its methods |
/// | `crate = path` | a path | as above, for the methods too |
///
/// Expands [`cached`](macro@cached), [`cache_put`](macro@cache_put) and [`cache_invalidate`](macro@cache_invalidate) on
/// the methods, which take `&self`: an attribute on a method alone can't know its type. Methods without one stay as
/// they are.
///
/// A type or const parameter of the block belongs in each template (`<T>`), or in `skip(…)`.
///
/// In a trait impl the companions stand in an inherent impl beside it, and are `pub`. `#[async_trait]` goes below:
///
/// ```
/// use cache_runtime::prelude::*;
///
/// #[async_trait::async_trait]
/// trait Users {
///     async fn name(&self, id: u64) -> Option<String>;
/// }
///
/// #[cache_strategy(namespace = "user", ttl = "1h")]
/// struct PgUsers;
///
/// #[cache_strategy]
/// #[async_trait::async_trait]
/// impl Users for PgUsers {
///     #[cached(key = "name/<id>")]
///     async fn name(&self, id: u64) -> Option<String> {
///         Some(format!("user {id}"))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let users: &dyn Users = &PgUsers;
/// assert_eq!(users.name(7).await.as_deref(), Some("user 7"));
/// assert_eq!(PgUsers.name_entry(7).get().await.as_deref(), Some("user 7"));
/// # }
/// ```
#[proc_macro_attribute]
pub fn cache_strategy(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::cache_strategy(args.into(), item.into()).into()
}

/// Caches what a function or method returns; without a body, declares a typed entry.
///
/// ```
/// use std::sync::Arc;
///
/// use cache_runtime::prelude::*;
/// # struct Db;
/// # impl Db { async fn feed(&self, _: i64, _: u32) -> Result<Arc<Vec<String>>, String> { Ok(Arc::new(vec![])) } }
///
/// #[cached(namespace = "feed", key = "user/<user_id>/page_<page>", ttl = "1h", skip(db))]
/// pub async fn user_feed(db: &Db, user_id: i64, page: u32) -> Result<Arc<Vec<String>>, String> {
///     db.feed(user_id, page).await
/// }
///
/// #[cached(namespace = "chat", key = "user/<user_id>/online", ttl = 60)]
/// pub fn online(user_id: i64) -> Entry<bool>; // no body, nothing to load
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let db = Db;
/// let posts = user_feed(&db, 7, 1).await?;       // the body runs on a miss
/// online(7).set(&true).await?;
/// # assert_eq!(user_feed_entry(7, 1).key(), &"feed:v1:user:7:page_1");
/// # assert_eq!(online(7).get().await, Some(true));
/// # Ok(())
/// # }
/// ```
///
/// | option | value | default | |
/// |---|---|---|---|
/// | `key = "…"` | a [template](#the-template) | required | the key, after namespace and version |
/// | `namespace = "feed"` | text | required ¹ | the first part of the key |
/// | `ttl = "1h"` | a duration | required ¹; on a method, its strategy's | how long a value is kept |
/// | `kind = "ttl"` | `"ttl"`, `"cache_aside"`, `"write_through"` | `"ttl"` ¹ | which operations the entry has |
/// | `version = 2` | a whole number from 1 | `1` ¹ | stands in the key |
/// | `strategy = Feed` | a type, without quotes | | ¹ in place of these: those of a type with `#[cache_strategy]`; `ttl` may still be another |
/// | `skip(db)` | names | | parameters that change no answer |
/// | `partial(req)` | names | | parameters of which only what the key names (`<req.user_id>`) changes the answer |
/// | `none_ttl = "1m"` | a duration | `None` is not cached | how long the answer `None` is kept |
/// | `stale_while_revalidate`, `stale_if_error`, `retry_after`, `early_refresh`, `jitter`, `load_timeout`, `soft_load_timeout`, `timeout_error`, `detached`, `background` | | off | see [below](#stale-values-and-slow-loads) |
/// | `tags("user/<id>")` | templates | | what it is invalidated with: see [below](#tags) |
/// | `batch`, `batch(ids)` | nothing, or a parameter's name | | many ids at once: see [below](#many-at-once) |
/// | `codec`, `compress`, `compress_above` | | `"json"`, off | see [below](#codecs-and-compression) |
/// | `result`, `option` | nothing | | the return type is an alias of a `Result`, of an `Option` |
/// | `share_error = path` | a path to a `fn(&E) -> E` | see [below](#errors) | how an error is copied for callers that waited |
/// | `crate = path` | a path | `::cache_runtime` | where the runtime is, if your crate has it under another name |
///
/// Namespaces, versions, kinds and durations are written as in [`cache_strategy`](macro@cache_strategy). On a method
/// they come from its strategy: it takes neither `namespace`, `kind`, `version` nor `strategy`.
///
/// # Companions
///
/// Beside the function, with its visibility. `use` them with it.
///
/// | | |
/// |---|---|
/// | `user_feed_entry(7, 1)` | its entry, an `Entry<V>`: `key`, `get`, `invalidate`, `set` or `fetch` or `write` |
/// | `user_feed_pattern(7, Any)` | all its entries that fit: `invalidate` |
/// | `user_feed_uncached(&db, 7, 1)` | the body, past the cache; where there is one |
///
/// The first two take the parameters without the skipped ones. The pattern takes the parts of a `partial` parameter in
/// place of it: `<req.user_id>` is one argument.
///
/// # What is cached
///
/// | the function returns | the entry is | cached is |
/// |---|---|---|
/// | `V` | `Entry<V>` | every answer |
/// | `Option<V>` | `Entry<V>` | `Some`; with `none_ttl`, `None` as well |
/// | `Result<V, E>` | `Entry<V>` | `Ok`, never `Err` |
/// | `Result<Option<V>, E>` | `Entry<V>` | `Ok(Some)`; with `none_ttl`, `Ok(None)` as well; never `Err` |
/// | `Entry<V>`, without a body | `Entry<V>` | what `set` or `write` gives it |
///
/// `Result` and `Option` are told by the last segment of the path, as in `anyhow::Result<V>` and `io::Result<V>`. An
/// alias of another name takes `result`, `option` or both; one that takes neither, and hides one of the two, does not
/// compile.
///
/// `V` owns its data, is `Clone + Send + Sync`, and serde writes and reads it (in an `Arc` by serde's feature `rc`). An
/// `Arc<V>` is served from memory without a copy of what is inside.
///
/// # The template
///
/// Segments separated by `/`, which is rendered as `:`. A segment is text of letters, digits, `_`, `-` and `.`, with
/// one placeholder at the most, anywhere in it: `page_<page>`, `<id>.json`.
///
/// | | stands for |
/// |---|---|
/// | `<id>` | a parameter: integers, `bool`, `char`, strings, `Option`s, slices, tuples, IP addresses, and what derives [`CacheKey`](macro@CacheKey), such as an enum |
/// | `<req.user_id>`, `<pair.0>` | a path into a parameter; the rest of it changes nothing, which `partial(req)` says |
/// | `<T>` | a type parameter, by the name of its type: `T: KeyType`, which [`CacheValue`](macro@CacheValue) derives |
/// | `<N>` | a const parameter |
/// | `{<id>}` | braces are kept, one pair in a key: a hash tag, which decides the slot in a Redis Cluster |
///
/// ```
/// use cache_runtime::prelude::*;
///
/// struct Request {
///     user_id: u64,
///     trace: String, // in the log alone
/// }
///
/// #[derive(CacheKey)]
/// enum Sort { New, Top }
///
/// #[cached(namespace = "search", key = "{<req.user_id>}/by_<sort>/first_<N>", ttl = "30s", partial(req))]
/// async fn search<const N: usize>(req: Request, sort: Sort) -> Vec<String> {
///     # let _ = (&req.trace, sort);
///     vec![String::new(); N]
/// }
///
/// let entry = search_entry::<10>(Request { user_id: 7, trace: "a1".into() }, Sort::Top);
/// assert_eq!(entry.key(), &"search:v1:{7}:by_Top:first_10");
/// assert_eq!(search_pattern::<10>(7, Any).pattern().to_string(), "search:v1:{7}:by_*:first_10");
/// # let _ = Sort::New;
/// ```
///
/// Every parameter, type parameter and const parameter is in the template, in `skip(…)` or, with a path, in
/// `partial(…)`; what is in none of them does not compile. What means something in a key (`:`, `*`, white space, …) is
/// percent-encoded in values, so that no two lists of values make one key.
///
/// # Errors
///
/// Callers that ask while a load runs wait for it. When it fails, they get its error in the first of these ways that is
/// there:
///
/// 1. `share_error = path` copies it;
/// 2. `E: Clone + Send + Sync + 'static`: a clone;
/// 3. `E: From<SharedError> + Display`, as `anyhow::Error` and `Box<dyn Error + Send + Sync>` are: an error with the
///    same *message*. A `downcast_ref` to the original's type finds nothing there;
/// 4. else each of them loads for itself, all at the same time.
///
/// ```
/// use cache_runtime::prelude::*;
///
/// #[derive(Debug)]
/// struct DbError {
///     code: u16,
///     source: Option<std::io::Error>, // no `Clone`
/// }
///
/// fn copy(error: &DbError) -> DbError {
///     DbError { code: error.code, source: None }
/// }
///
/// #[cached(namespace = "user", key = "name/<id>", ttl = "10m", none_ttl = "10s", share_error = copy)]
/// async fn name(id: u64) -> Result<Option<String>, DbError> {
///     Err(DbError { code: 500 + id as u16, source: None })
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(name(3).await.map_err(|error| error.code), Err(503)); // not cached: the next call loads
/// let entry: Entry<String> = name_entry(3);
/// # let _ = (entry, name(4).await.unwrap_err().source);
/// # }
/// ```
///
/// A cache that fails is no error here: the function loads.
///
/// # Stale values and slow loads
///
/// All of these are off by default. They may stand on the strategy as well, as the defaults of its methods;
/// `= false` on a method, or on a function with `strategy = …`, switches such a default off. An entry without a body
/// takes `jitter` and `none_ttl` alone: nothing is loaded there.
///
/// | option | value | |
/// |---|---|---|
/// | `stale_while_revalidate = "10m"` | a duration after the TTL | the old value is served, and loaded anew in the background ᵗ |
/// | `stale_if_error = "6h"` | a duration after the TTL | the old value is served where loading a new one fails |
/// | `retry_after = "1s"` | a duration, `1s` by default | so long the source is left alone after it has failed, where an old value is served |
/// | `early_refresh`, `early_refresh = 1.5` | nothing, which is 1; or a number above 0, up to 100 | loads anew in the background before the TTL ends, at random: the earlier the longer a load takes and the greater the number ᵗ |
/// | `jitter = 0.1` | a number above 0 and below 1 | takes up to this share off each TTL at random, so that what was stored together does not end together |
/// | `load_timeout = "2s"` | a duration | a load is waited for only so long, then it is an error; it goes on, and its value is stored ᵗ |
/// | `soft_load_timeout = "100ms"` | a duration below `load_timeout` | the same where there is an old value, which is served; needs one of the two windows ᵗ |
/// | `timeout_error = path` | a path to a `fn(LoadTimeout) -> E` | the error of `load_timeout`; without it `E: From<LoadTimeout>`, as `anyhow::Error` and `Box<dyn Error + Send + Sync>` are |
/// | `detached` | nothing | loads run in tasks: a caller that goes away does not take its load along ᵗ |
/// | `background` | nothing | loads may run in tasks: for a method whose strategy has one of these as a default ᵗ |
///
/// ```
/// use cache_runtime::prelude::*;
/// use cache_runtime::LoadTimeout;
/// # #[derive(Clone)] struct Db;
/// # impl Db { async fn rate(&self, _: &str) -> Option<u32> { Some(108) } }
///
/// #[derive(Clone, Debug, PartialEq)]
/// enum RateError { Unknown, TooSlow }
///
/// impl From<LoadTimeout> for RateError {
///     fn from(_: LoadTimeout) -> Self { RateError::TooSlow }
/// }
///
/// /// Rates change every minute; an old one is better than none.
/// #[cache_strategy(namespace = "rates", ttl = "1m", stale_if_error = "1d", jitter = 0.1)]
/// #[derive(Clone)] // `self` is cloned into tasks
/// struct Rates {
///     #[skip]
///     db: Db,
/// }
///
/// #[cache_strategy]
/// impl Rates {
///     #[cached(key = "rate/<currency>", stale_while_revalidate = "10m", load_timeout = "2s")]
///     async fn rate(&self, currency: &str) -> Result<u32, RateError> {
///         self.db.rate(currency).await.ok_or(RateError::Unknown)
///     }
///
///     #[cached(key = "currencies", stale_if_error = false)]
///     async fn currencies(&self) -> Vec<String> {
///         vec!["eur".into()]
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let rates = Rates { db: Db };
/// assert_eq!(rates.rate("eur").await, Ok(108));
/// assert_eq!(rates.currencies().await, ["eur"]);
/// # }
/// ```
///
/// ᵗ A load that may outlive its caller runs in a task, with copies of its own: `&self` and what is borrowed (`&T`,
/// `&str`, `&[T]`) is cloned, what is owned is moved, and all of it only when there is something to load. It has to be
/// `Send + 'static`, and what is cloned `Sync` as well; what can't be is told at the parameter. A generic parameter
/// says so in its bounds: `T: Clone + Send + Sync + 'static`.
///
/// A function that calls itself does so through a future that says that it is `Send`, as no task can find that out for
/// itself:
///
/// ```
/// use std::pin::Pin;
///
/// use cache_runtime::prelude::*;
///
/// #[cached(namespace = "math", key = "sum/<n>", ttl = "1h", detached)]
/// async fn sum(n: u64) -> u64 {
///     if n == 0 { 0 } else { n + boxed(n - 1).await }
/// }
///
/// fn boxed(n: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
///     Box::pin(sum(n))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(sum(4).await, 10);
/// # }
/// ```
///
/// # Tags
///
/// `tags("user/<user_id>", "feed")` gives an entry names that it shares with others, which go all together by
/// [`cache_invalidate`](macro@cache_invalidate#tags): up to 16 templates like the key's, without a hash tag. A
/// placeholder is a parameter that is in the key, or a path into one: a skipped one would give two callers with one
/// key different tags. Tags belong to their namespace and version, and `#[key]` fields are ahead of them as in keys.
///
/// # Many at once
///
/// With `batch` a function takes many ids, as `&[Id]` or `Vec<Id>`, and returns a `HashMap<Id, V>` (with any hasher) or a
/// `BTreeMap<Id, V>`, or a `Result` of one. Each id has an entry of its own: its placeholder stands for one of them. All are
/// read at once, the body is given those that are missing, and what it returns is stored at once. What it leaves out is not there:
/// not cached, or with `none_ttl` for that long. What it returns beside is ignored. An error stores nothing.
///
/// ```
/// use std::collections::HashMap;
///
/// use cache_runtime::prelude::*;
///
/// #[cached(namespace = "user", key = "name/<language>/<ids>", ttl = "1h", batch)]
/// async fn names(ids: &[u64], language: &str) -> Result<HashMap<u64, String>, String> {
///     Ok(ids.iter().map(|id| (*id, format!("{language} {id}"))).collect())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), String> {
/// assert_eq!(names(&[3, 1, 3], "en").await?.len(), 2);
/// assert_eq!(names_entry(3, "en").get().await.as_deref(), Some("en 3"));
/// # Ok(())
/// # }
/// ```
///
/// The companions take one id where the function takes all. With two lists among the parameters, `batch(ids)` says which. Other
/// callers share what is being loaded, in batches or one by one. The body may be called a second time, for what others were to
/// load and did not: owned parameters are `Clone`. Neither tags nor what serves single entries anew goes with it.
///
/// # Codecs and compression
///
/// | option | value | default | |
/// |---|---|---|---|
/// | `codec = "msgpack"` | `"json"`, `"postcard"`, `"msgpack"` | `"json"` | what a value is encoded with on a server; the last two are features |
/// | `compress = "zstd"` | `"lz4"`, `"zstd"` | off | what large values are compressed with; both are features |
/// | `compress_above = 4096` | bytes, from 1 | `1024` | what is not larger is stored as it is |
///
/// A record says how it was written: after a change of any of these, what stands there is read all the same. `"postcard"` writes
/// no names, so that the value's type derives [`CacheValue`](macro@CacheValue). Embedded, nothing is encoded; a debug build sends each
/// value through its codec all the same, to show in the first test what a server would refuse.
///
/// # Functions that are not async
///
/// They are memoised in the process, whatever the cache is: where that is a server, beside it. Threads that ask for the same key
/// share one load; no other call waits. The companions are not async either: the entry is a `SyncEntry`. `memory_bytes` of the
/// `CacheBuilder` bounds them.
///
/// ```
/// use cache_runtime::prelude::*;
///
/// #[cached(namespace = "math", key = "fib/<n>", ttl = "1h")]
/// fn fib(n: u64) -> u64 {
///     if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
/// }
///
/// assert_eq!(fib(90), 2_880_067_194_370_816_120);
/// assert_eq!(fib_entry(3).get(), Some(2));
/// ```
///
/// A function may call itself; the same key inside of its own load, and a circle of threads that would wait for each other, load for
/// themselves. Called in a task it holds up that task's thread while it loads, or while another thread does. Options that need a task
/// are refused, and so are `tags`, `codec` and `compress`.
///
/// # Where it does not go
///
/// On `const`, `unsafe` and `extern` ones, and beside
/// [`cache_put`](macro@cache_put) or [`cache_invalidate`](macro@cache_invalidate). A parameter is a name, not a
/// pattern. A function with `&self` needs [`cache_strategy`](macro@cache_strategy) on its impl block.
#[proc_macro_attribute]
pub fn cached(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::cached(args.into(), item.into()).into()
}

/// Stores what a function returns in a write-through entry, under a write mark.
///
/// ```
/// use cache_runtime::prelude::*;
/// # struct Db;
/// # impl Db {
/// #     async fn name(&self, _: u64) -> Result<String, String> { Ok("ann".into()) }
/// #     async fn rename(&self, _: u64, _: &str) -> Result<(), String> { Ok(()) }
/// # }
///
/// #[cached(namespace = "user", key = "name/<id>", ttl = "1h", kind = "write_through", skip(db))]
/// async fn user_name(db: &Db, id: u64) -> Result<String, String> {
///     db.name(id).await
/// }
///
/// #[cache_put(user_name(id))]
/// async fn rename(db: &Db, id: u64, name: &str) -> Result<String, String> {
///     db.rename(id, name).await?;
///     db.name(id).await // as it is after the change
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), String> {
/// rename(&Db, 7, "ann").await?;
/// assert_eq!(user_name_entry(7).get().await.as_deref(), Some("ann"));
/// # Ok(())
/// # }
/// ```
///
/// | option | |
/// |---|---|
/// | `user_name(id)`, `path::user_name(id)`, `self.messages(id)` | the entry, written as the call that reads it, less the skipped parameters; required, and one |
/// | `crate = path` | where the runtime is, if your crate has it under another name |
///
/// What is called is the companion: import `user_name_entry` with `user_name`. Arguments are expressions; they are
/// cloned before the body runs, which may move what they are made of.
///
/// The function is `async` and returns the entry's `V`, or a `Result<V, E>`. Return the value *as it is after the
/// change is committed*: one worked out from an earlier read loses the update of another writer. An `Err` stores
/// nothing and removes the entry, as it does not say that nothing was committed; so do a panic and a caller that went
/// away. Two writes at the same time leave nothing, and the next read loads.
///
/// When the store can't be told, that is logged, and the function's result stands; the entry's removal is queued, as
/// [`cache_invalidate`](macro@cache_invalidate) describes it. `Entry::write_report` says what is in the cache now.
///
/// Works on free functions and on methods, with and without [`cache_strategy`](macro@cache_strategy) on their block.
/// Other entries that change go into a [`cache_invalidate`](macro@cache_invalidate) above it.
#[proc_macro_attribute]
pub fn cache_put(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::change("cache_put", args.into(), item.into()).into()
}

/// Invalidates entries on every way out of a function: success, error, panic, a caller that went away.
///
/// ```
/// use cache_runtime::prelude::*;
///
/// #[cached(namespace = "feed", key = "user/<author>/page_<page>", ttl = "1h")]
/// async fn feed(author: u64, page: u32) -> Vec<String> {
///     # let _ = (author, page);
///     vec![]
/// }
///
/// #[cached(namespace = "post", key = "<id>", ttl = "1h")]
/// async fn post(id: u64) -> Option<String> {
///     Some(format!("post {id}"))
/// }
///
/// #[cache_invalidate(post(id), feed(author, *))] // the post, and all pages of its author
/// async fn remove(id: u64, author: u64) -> Result<(), String> {
///     # let _ = (id, author);
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), String> {
/// feed(7, 1).await;
/// remove(3, 7).await?;
/// assert_eq!(feed_entry(7, 1).get().await, None);
/// # Ok(())
/// # }
/// ```
///
/// | option | |
/// |---|---|
/// | `post(id)`, `path::post(id)`, `self.messages(id)` | an entry, written as the call that reads it, less the skipped parameters; one or more |
/// | `feed(author, *)` | a `*` in place of an argument is every value of it: the entries that fit |
/// | `tag("user/<user_id>")` | all entries with this [tag](#tags) |
/// | `on = "success"` | all ways out by default: this leaves out `Err`, panics and callers that went away |
/// | `crate = path` | where the runtime is, if your crate has it under another name |
///
/// What is called are the companions: import `post_entry`, and `feed_pattern` for a `*`. Arguments are expressions;
/// they are cloned before the body runs, which may move what they are made of.
///
/// The function is `async`. An error does not mean that nothing was committed, so it invalidates too. When the function
/// returns, it is done: no read that starts later gets a value that was loaded before. After a panic, and for a caller
/// that went away, it is done in the background.
///
/// When the store can't be told, that is logged, and the function's result stands. The invalidation is queued: the store
/// is told before this process trusts it again, which until then does not read what is named. Other processes may serve
/// the old value until then, or where this process ends first until its TTL does. `Entry::invalidate` says which it
/// was, `Applied` or `Queued`.
///
/// May stand several times, each with its own `on`, and above a [`cache_put`](macro@cache_put).
///
/// # Tags
///
/// A placeholder is a parameter of the function, or a path into one (`<author.id>`).
///
/// | | whose tag |
/// |---|---|
/// | `tag("user/<id>")` | in a strategy's impl block, with a `self`: that strategy's, with its `#[key]` fields and its cache |
/// | `tag("user/<id>", strategy = Feed)` | another strategy's, one without `#[key]` fields, in the installed cache |
/// | `tag("user/<id>", namespace = "feed", version = 2)` | that of functions with this namespace and version, in the installed cache; without `version` it is 1 |
///
/// ```
/// use cache_runtime::prelude::*;
///
/// #[cached(namespace = "feed", key = "user/<user_id>/page_<page>", ttl = "1h", tags("user/<user_id>"))]
/// async fn feed(user_id: u64, page: u32) -> Vec<String> {
///     # let _ = (user_id, page);
///     vec![]
/// }
///
/// struct Post { author: u64 }
///
/// #[cache_invalidate(tag("user/<post.author>", namespace = "feed"))] // every page of the author's feed
/// async fn publish(post: Post) -> Result<(), String> {
///     # let _ = post;
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), String> {
/// feed(7, 1).await;
/// publish(Post { author: 7 }).await?;
/// # Ok(())
/// # }
/// ```
///
/// A function or method of the name `tag` is still a target: its first argument is no text in quotes.
#[proc_macro_attribute]
pub fn cache_invalidate(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::change("cache_invalidate", args.into(), item.into()).into()
}

/// Makes a struct or an enum a part of keys: `<place>` in a template, `#[key]` in a strategy.
///
/// ```
/// use cache_runtime::prelude::*;
///
/// #[derive(CacheKey)]
/// struct UserId(u64); // as its field: `7`
///
/// #[derive(CacheKey)]
/// struct Place {
///     country: String,
///     cell: u32, // `(se,3)`
///     #[cache(skip)]
///     note: String, // left out by name
/// }
///
/// #[derive(CacheKey)]
/// enum Filter {
///     All,        // `All`
///     By(UserId), // `By(7)`
/// }
///
/// let place = Place { country: "se".into(), cell: 3, note: "by the sea".into() };
/// assert_eq!(Key::build("map", (&place, Filter::By(UserId(7)))), "map:v1:(se,3):By(7)");
/// # let _ = (place.note, Filter::All);
/// ```
///
/// | option | on | |
/// |---|---|---|
/// | `#[cache(skip)]` | a field | it is not in the key: it can't change the answer |
/// | `#[cache(crate = path)]` | the type | where the runtime is, if your crate has it under another name |
///
/// A struct with one field that isn't skipped renders as that field. Fields are key parts themselves, so no floats. Two
/// values that differ in a field that isn't skipped never render alike. Renaming a variant changes its keys; a struct
/// without fields has nothing to tell apart and is refused.
#[proc_macro_derive(CacheKey, attributes(cache))]
pub fn derive_cache_key(input: TokenStream) -> TokenStream {
    entry::derive_key(input.into()).into()
}

/// Keeps the shape of a type with its cached values: after a change of the type an old value is a miss, never a
/// misread.
///
/// ```
/// use cache_runtime::prelude::*;
/// use serde::{Deserialize, Serialize};
/// # mod other_crate {
/// #     #[derive(Clone, serde::Serialize, serde::Deserialize)]
/// #     pub struct Raw;
/// # }
///
/// #[derive(Clone, Serialize, Deserialize, CacheValue)]
/// #[cache(name = "post")]
/// struct Post {
///     id: i64,
///     #[cache(version)]
///     changed: i64, // grows with every change
///     comments: Vec<Comment>, // a `CacheValue` itself
///     #[cache(opaque = "1")]
///     raw: other_crate::Raw, // not one
/// }
///
/// #[derive(Clone, Serialize, Deserialize, CacheValue)]
/// struct Comment {
///     text: String,
/// }
/// ```
///
/// | option | on | default | |
/// |---|---|---|---|
/// | `#[cache(opaque = "1")]` | a field | | its type is of another crate: what stands for its shape. Raise it when the type is written differently |
/// | `#[cache(version)]` | one field of a struct | | says how new the value is: an integer of up to 64 bits, a `SystemTime`, a `chrono::DateTime` (in microseconds), or what implements `Version` |
/// | `#[cache(name = "post")]` | the type | its path: `crate::module::Post` | its name in keys with a type parameter (`<T>`) |
/// | `#[cache(crate = path)]` | the type | `::cache_runtime` | where the runtime is, if your crate has it under another name |
///
/// The shape is made of the names and types of fields and variants, through nested types, and of their serde
/// attributes; a field with `#[serde(skip)]` is no part of it. Types of the standard library are known, and by feature
/// those of `chrono` and `uuid`. Type parameters get the bound `CacheValue`. A type with a lifetime is refused: a
/// cached value owns its data.
///
/// Without the derive a value can be cached as well; then the type's name alone is kept with it.
#[proc_macro_derive(CacheValue, attributes(cache))]
pub fn derive_cache_value(input: TokenStream) -> TokenStream {
    entry::derive_value(input.into()).into()
}
