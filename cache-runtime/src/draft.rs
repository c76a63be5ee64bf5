//! A value on its way into the store: its header, and its bytes or itself.

use std::time::Duration;

use crate::call::Call;
use crate::encoding::Codec;
use crate::error::CacheError;
use crate::policy::Policy;
use crate::record::{Claim, Draft, Header, Nonce, Tags, key_hash};
use crate::store::AnyStore;
use crate::value::{Kept, Limits, draft, draft_none};
use crate::warnings::Warning;

/// What is known of a value beside itself.
#[derive(Clone, Default)]
pub(crate) struct Facts {
    /// How long it took to load.
    pub(crate) load_time: Duration,
    /// `None`: as declared.
    pub(crate) ttl: Option<Duration>,
    /// Its tags as they were before it was read from its source.
    pub(crate) tags: Tags,
}

impl Call<'_> {
    /// Makes a draft, with the time that it may stay in the store; `None` stands for the answer `None`.
    pub(crate) fn try_draft(
        &self,
        value: Option<&Kept>,
        facts: &Facts,
    ) -> Result<Option<(Draft, Duration)>, CacheError> {
        let typed = self.cache.store().is_some_and(AnyStore::typed);
        let Some(value) = value else {
            let Some(ttl) = self.policy.none_time_to_live() else { return Ok(None) };
            return Ok(Some((draft_none(self.header(ttl, facts), typed), ttl)));
        };
        let ttl = facts.ttl.unwrap_or(self.policy.time_to_live());
        if let Some((setting, takes)) = Policy::new(ttl).problem() {
            let reason = format!("a loader gave {ttl:?}; {takes}");
            return Err(CacheError::InvalidSetting { setting, reason });
        }
        let ttl = self.policy.jittered(ttl);
        let codec = self.codec()?;
        let header = Header { codec, version: self.schema.version(&**value), ..self.header(ttl, facts) };
        let limits =
            Limits { most: self.cache.settings().max_value_bytes, compress: self.policy.value_compression() };
        let draft = draft(header, self.coding, value, typed, limits)?;
        Ok(Some((draft, ttl + self.policy.stale_window())))
    }

    /// The same for a caller who has the value anyway: one that can't be stored is said once and counted.
    pub(crate) fn draft(&self, value: Option<&Kept>, facts: &Facts) -> Option<(Draft, Duration)> {
        self.try_draft(value, facts).unwrap_or_else(|error| {
            self.site.counters.unstorable().one();
            if self.site.warnings.first(Warning::Encode) {
                tracing::warn!(entry = %self.site.name(), %error, "a value can't be cached");
            }
            None
        })
    }

    /// What the value is encoded with: as declared, unless only its type's name is known.
    fn codec(&self) -> Result<Codec, CacheError> {
        let codec = self.policy.value_codec();
        if !codec.is_positional() {
            return Ok(codec);
        }
        match self.schema.positional() {
            Ok(true) => Ok(codec),
            Ok(false) => Ok(Codec::Json),
            Err(why) => Err(CacheError::Encode { value: self.coding.name(), reason: why.to_owned() }),
        }
    }

    /// The header of a value that is made now.
    fn header(&self, ttl: Duration, facts: &Facts) -> Header {
        let created = self.cache.store().map_or(0, AnyStore::now);
        Header {
            codec: Codec::Json,
            compression: None,
            stamp: Nonce::new(),
            created,
            fresh_until: created.saturating_add(u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX)),
            fingerprint: self.schema.fingerprint(),
            claim: Claim::Free,
            load_micros: u32::try_from(facts.load_time.as_micros()).unwrap_or(u32::MAX),
            none: false,
            key_hash: key_hash(self.key),
            version: None,
            tags: facts.tags.clone(),
        }
    }
}
