//! Declare caches; the compiler checks the keys, a small runtime keeps them right.
//!
//! Annotate a struct and its functions; procedural macros check the declaration and generate the key builders and the
//! strategy; values are served from memory in the process or from Redis or Valkey.

#![cfg_attr(not(feature = "redis"), allow(dead_code, reason = "records as bytes are for servers"))]

#[doc(hidden)]
pub mod __private;
mod background;
mod cache;
mod catalog;
mod draft;
mod entry;
mod error;
mod invalidate;
mod key;
pub mod kind;
mod load;
mod manager;
mod policy;
mod read;
mod record;
mod site;
mod stats;
mod store;
mod strategy;
mod value;
mod write;

pub use cache::{Cache, CacheBuilder};
pub use catalog::{CatalogEntry, Overlap};
pub use entry::{Entry, EntryPattern};
pub use error::{CacheError, SharedError};
pub use invalidate::Invalidated;
pub use key::{
    Any, CacheKey, CharClass, Key, KeyMatch, KeyParts, KeyType, KeyWriter, MAX_KEY_BYTES, Pattern,
    PatternPart, PatternParts, PatternWriter,
};
pub use load::ErrorSharing;
pub use manager::{CacheManager, EntryStats, Health, Stats, StoreStats};
pub use policy::{KindName, Location, Policy};
pub use stats::Counts;
pub use strategy::{CacheAside, CacheStrategy, Ttl, WriteThrough};
pub use value::{CacheValue, SchemaVisitor, Value};
pub use write::{WriteEffect, Written};

pub use cache_macros::{CacheKey, CacheValue, cache_invalidate, cache_put, cache_strategy, cached};

/// What a file with cached functions needs.
pub mod prelude {
    pub use crate::{
        Any, Cache, CacheError, CacheKey, CacheManager, CacheStrategy, CacheValue, Entry, EntryPattern, Key,
        cache_invalidate, cache_put, cache_strategy, cached, kind,
    };
}
