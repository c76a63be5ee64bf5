//! A value on its way into the store: its header, and its bytes or itself.

use std::sync::Arc;
use std::time::Duration;

use crate::error::CacheError;
use crate::read::Call;
use crate::record::{Codec, Draft, Header, Nonce};
use crate::site::Warning;
use crate::store::AnyStore;
use crate::value::{Value, draft, draft_none};

impl Call<'_> {
    /// Makes a draft; `None` stands for the answer `None`.
    pub(crate) fn try_draft<V: Value>(
        &self,
        value: Option<&Arc<V>>,
        ttl: Duration,
        load_time: Duration,
    ) -> Result<Draft, CacheError> {
        let header = self.header(ttl, load_time);
        let typed = self.cache.store().is_some_and(AnyStore::typed);
        match value {
            Some(value) => draft(header, value, typed, self.cache.settings().max_value_bytes),
            None => Ok(draft_none(header, typed)),
        }
    }

    /// The same for a caller who has the value anyway: one that can't be stored is said once and counted.
    pub(crate) fn draft<V: Value>(
        &self,
        value: Option<&Arc<V>>,
        ttl: Duration,
        load_time: Duration,
    ) -> Option<Draft> {
        let draft = self.try_draft(value, ttl, load_time).inspect_err(|error| {
            self.site.counters.unstorable.one();
            if self.site.first(Warning::Encode) {
                tracing::warn!(entry = %self.site.name(), %error, "a value can't be cached");
            }
        });
        draft.ok()
    }

    /// The header of a value that is made now.
    fn header(&self, ttl: Duration, load_time: Duration) -> Header {
        let created = self.cache.store().map_or(0, AnyStore::now);
        Header {
            codec: Codec::Json,
            stamp: Nonce::new(),
            created,
            fresh_until: created.saturating_add(u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX)),
            fingerprint: (self.schema)(),
            claimed_until: 0,
            load_micros: u32::try_from(load_time.as_micros()).unwrap_or(u32::MAX),
            none: false,
            tags: Vec::new(),
        }
    }
}
