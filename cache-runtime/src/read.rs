//! Reading an entry: what a record means for a caller that wants a `V`.

use std::sync::Arc;

use crate::cache::Cache;
use crate::error::CacheError;
use crate::key::Key;
use crate::record::{Body, Expected, Found, Stored, Token};
use crate::shed::look_whether_too_large;
use crate::site::{Site, Warning};
use crate::store::{AnyStore, Budget};
use crate::value::{SchemaFn, Value, decode};

/// One operation on one entry.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The declaration that it is counted for.
    pub site: &'static Site,
    /// Where the entry is kept.
    pub cache: &'a Cache,
    /// The entry's key.
    pub key: &'a Key,
    /// The value's fingerprint.
    pub schema: SchemaFn,
    /// Whether the answer `None` is one: to a declaration without `Option` it is a value of another type.
    pub(crate) takes_none: bool,
}

/// What stands at a key, for a caller that wants a `V`.
pub(crate) enum Look<V> {
    /// A value, or the answer `None`.
    Hit(Option<Arc<V>>),
    Absent,
    /// A value that is no good: it may be replaced, as long as it is exactly this one.
    Dead(Expected),
    Busy(Token),
    /// Nothing of ours, and not to be touched.
    Foreign,
    /// No answer.
    Unknown(CacheError),
}

impl<'a> Call<'a> {
    /// An operation on the entry at `key`.
    pub fn new(site: &'static Site, cache: &'a Cache, key: &'a Key, schema: SchemaFn) -> Call<'a> {
        Call { site, cache, key, schema, takes_none: true }
    }

    pub(crate) async fn look<V: Value>(&self, store: &AnyStore, budget: &mut Budget) -> Look<V> {
        if store.is_queued(self.key) {
            let reason = "an invalidation of this key has yet to reach the server".to_owned();
            return Look::Unknown(CacheError::Unavailable { reason });
        }
        match store.read(budget, self.key).await {
            Ok(found) => self.interpret(found),
            Err(error) => {
                if error == CacheError::DeadlineExceeded {
                    look_whether_too_large(self.cache, self.key);
                }
                self.unanswered(error)
            }
        }
    }

    pub(crate) fn unanswered<V>(&self, error: CacheError) -> Look<V> {
        if error == CacheError::ForeignKey {
            return self.foreign();
        }
        self.site.counters.store_errors.one();
        Look::Unknown(error)
    }

    pub(crate) fn interpret<V: Value>(&self, found: Found) -> Look<V> {
        match found {
            Found::Absent => Look::Absent,
            Found::Value(stored) => self.value(&stored),
            Found::Busy(token) => Look::Busy(token),
            Found::Unreadable(expected) => {
                self.site.counters.undecodable.one();
                if self.site.first(Warning::Foreign) {
                    tracing::warn!(key = %self.key, entry = %self.site.name(), "bytes in the cache that are no record; they count as a miss");
                }
                Look::Dead(expected)
            }
        }
    }

    fn value<V: Value>(&self, stored: &Stored) -> Look<V> {
        // A typed value knows its own type.
        let typed = matches!(stored.body, Body::Typed(_));
        if !typed && !stored.fingerprint().fits((self.schema)()) {
            self.site.counters.schema_misses.one();
            return Look::Dead(stored.expected());
        }
        if stored.header.none {
            if self.takes_none {
                return Look::Hit(None);
            }
            self.site.counters.schema_misses.one();
            return Look::Dead(stored.expected());
        }
        match decode(stored) {
            Some(value) => Look::Hit(Some(value)),
            None => {
                let counters = &self.site.counters;
                if typed { &counters.schema_misses } else { &counters.undecodable }.one();
                Look::Dead(stored.expected())
            }
        }
    }

    fn foreign<V>(&self) -> Look<V> {
        self.site.counters.undecodable.one();
        if self.site.first(Warning::Foreign) {
            tracing::warn!(key = %self.key, entry = %self.site.name(), "a key of the cache holds another Redis type; it is left alone, and nothing is cached there");
        }
        Look::Foreign
    }
}
