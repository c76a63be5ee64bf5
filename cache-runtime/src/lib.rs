//! Declare what is cached, for how long and under which key; the compiler checks it, and this runtime serves it from memory
//! in the process or from Redis or Valkey.
//!
//! ```
//! use cache_runtime::prelude::*;
//!
//! #[cached(namespace = "shop", key = "product/<id>/price", ttl = "10m")]
//! async fn price(id: u64) -> Result<u32, String> {
//!     Ok(499 + id as u32) // runs on a miss, once for all who ask at the same time
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), String> {
//! price(7).await?;
//! assert_eq!(price_entry(7).key(), &"shop:v1:product:7:price");
//! assert_eq!(price_entry(7).get().await, Some(506));
//! # Ok(())
//! # }
//! ```
//!
//! # Where to look
//!
//! | you want to | |
//! |---|---|
//! | cache a function, or a method of a strategy | [`cached`](macro@cached), [`cache_strategy`](macro@cache_strategy) |
//! | store what a write has written, or invalidate after a change | [`cache_put`](macro@cache_put), [`cache_invalidate`](macro@cache_invalidate) |
//! | read, set, write or invalidate one entry | [`Entry`] |
//! | work with keys that are known only when the program runs | [`CacheStrategy`], [`Key`] |
//! | invalidate and write inside of a database transaction | [`AfterCommit`] |
//! | connect, and choose the settings | [`Cache`], [`CacheBuilder`] |
//! | make a type part of a key, or keep its schema with the value | [`CacheKey`](macro@CacheKey), [`CacheValue`](macro@CacheValue) |
//! | see what happens, clear a namespace, list all declarations | [`CacheManager`] |
//!
//! # What a failing cache does
//!
//! Nothing to a cached function: it calls its loader. Reads of an [`Entry`] are a miss; writes and invalidations return a
//! [`CacheError`]. What is worth knowing is logged through `tracing`, and counted: a server that is lost or found again once
//! each, what would come with every call once in ten seconds for each declaration.
//!
//! # Runtime
//!
//! Needs a Tokio runtime with its timers on (`enable_all`, `#[tokio::main]`). The embedded store also answers where there is
//! no runtime at all; then nothing bounds how long a caller waits for another one's load.
//!
//! A cache on a server lives in the runtime that it was built in, and is of no use once that has ended: functions go on without
//! it. Their own runtime may be another one. The deadlines go by a clock of the process, a thread called `cache-clock`. It does not
//! outlive a fork: the child builds one of its own.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(feature = "redis"), allow(dead_code, reason = "records as bytes are for servers"))]

#[doc(hidden)]
pub mod __private;
mod age;
mod background;
mod batch;
mod cache;
mod call;
mod catalog;
mod clock;
mod declaration;
mod draft;
mod encoding;
mod entry;
mod error;
mod front;
#[cfg(any(test, fuzzing))]
#[cfg_attr(not(fuzzing), expect(unreachable_pub, reason = "only the fuzz targets reach it"))]
mod fuzzing;
mod identity_hash;
#[cfg(feature = "__interleaving")]
mod interleaving;
mod invalidate;
mod key;
pub mod kind;
mod load;
#[cfg(feature = "redis")]
mod looking;
mod manager;
#[cfg_attr(not(feature = "redis"), path = "near_absent.rs")]
mod near;
mod operations;
mod policy;
mod random;
mod read;
mod read_again;
mod read_embedded;
mod read_here;
mod read_many;
mod read_near;
mod record;
mod shed;
mod site;
mod stats;
mod store;
mod strategy;
mod striped;
mod sync;
mod tags;
mod transaction;
mod undecodable;
mod value;
mod waking;
mod warnings;
mod write;

pub use batch::BatchMap;
pub use cache::{Cache, CacheBuilder, NearCache};
pub use catalog::{CatalogEntry, Overlap};
pub use declaration::{KindName, Location};
pub use encoding::{Codec, Compression};
pub use entry::{Entry, EntryPattern};
pub use error::{CacheError, LoadTimeout, SharedError};
pub use invalidate::Invalidated;
pub use key::{
    Any, CacheKey, CharClass, Key, KeyMatch, KeyParts, KeyType, KeyWriter, MAX_KEY_BYTES, Pattern,
    PatternPart, PatternParts, PatternWriter,
};
pub use load::{ErrorSharing, Load};
pub use manager::{CacheManager, EntryStats, Health, NearStats, Stats, StoreStats};
pub use operations::{CacheAside, Ttl, WriteThrough};
pub use policy::Policy;
pub use stats::Counts;
pub use strategy::CacheStrategy;
pub use sync::{SyncEntry, SyncEntryPattern};
pub use transaction::AfterCommit;
#[cfg(feature = "sqlx")]
pub use transaction::CacheTransaction;
pub use value::{CacheValue, SchemaVisitor, Value, Version};
pub use write::{WriteEffect, Written};

pub use cache_macros::{CacheKey, CacheValue, cache_invalidate, cache_put, cache_strategy, cached};

/// What a file with cached functions needs.
pub mod prelude {
    pub use crate::{
        Any, Cache, CacheError, CacheKey, CacheManager, CacheStrategy, CacheValue, Entry, EntryPattern,
        ErrorSharing, Key, NearCache, cache_invalidate, cache_put, cache_strategy, cached, kind,
    };
    // For their methods alone: their names stay free.
    pub use crate::{CacheAside as _, Ttl as _, WriteThrough as _};
}
