//! The near cache's part in reading an entry.

use std::any::Any;
use std::time::Duration;

use crate::age::fresh_for;
use crate::call::{Call, Entries, Sought};
use crate::encoding::Codec;
use crate::near::{Near, Ticket};
use crate::policy::Policy;
use crate::record::{Found, Stored};
use crate::transaction;
use crate::value::{Form, Kept};

/// What is kept of a value's header, and the ticket from before it was read.
pub(crate) struct Keep {
    ticket: Ticket,
    time: Duration,
    bytes: usize,
    codec: Codec,
}

impl Entries<'_> {
    /// Where the value may be, if it is to be looked for there. Inside of a transaction what that has changed has to be looked at
    /// first.
    #[inline]
    pub(crate) fn near(&self, policy: &Policy) -> Option<&Near> {
        self.cache.near().filter(|_| policy.is_near() && !transaction::is_open())
    }

    /// Puts the value in the near cache into `place`, which stays empty for the answer `None`. `true`: there was one, and it is
    /// counted. A hit is remembered for who asks with the same `brief`.
    pub(crate) fn near_hit(&self, sought: Sought<'_>, key: &[u8], place: &mut dyn Any) -> bool {
        let Sought { policy, coding, takes_none, tags, brief } = sought;
        let Some(near) = self.near(policy) else { return false };
        let brief = brief.filter(|_| self.schema.form.is_some());
        let again = brief.and_then(|brief| self.question(brief)).zip(Some(coding));
        let mut is_given = false;
        let found = near.get(key, tags, again, &mut |kept| {
            is_given = Form::give(self.schema.form, coding, kept, place);
        });
        let is_hit = match found {
            Some(is_value) => is_value && is_given || !is_value && takes_none,
            None => false,
        };
        if is_hit {
            self.site.counters.near_hits().one();
        }
        is_hit
    }
}

impl Call<'_> {
    /// Where the value may be kept. There it is known how many tags it has, not which: those that somebody names by hand may be
    /// others the next time.
    fn near(&self) -> Option<&Near> {
        let are_declared = self.tags.len() == self.site.declaration.tags.len();
        self.cache.near().filter(|_| are_declared && self.policy.is_near())
    }

    /// Puts the value in the near cache into `place`, which stays empty for the answer `None`. `true`: there was one, and it is
    /// counted.
    pub(crate) fn near_hit(&self, place: &mut dyn Any) -> bool {
        let declared = std::ptr::eq(self.policy, &self.site.declaration.policy);
        // A call with a time of its own is not served what was kept for longer.
        if self.near().is_none() || !declared && self.policy.near_time_to_live().is_some() {
            return false;
        }
        let entries = Entries::new(self.site, self.cache, self.schema);
        entries.near_hit(self.sought(), self.key.as_bytes(), place)
    }

    /// To be taken before a read.
    pub(crate) fn near_ticket(&self) -> Option<Ticket> {
        self.near()?.ticket(self.key, self.tags)
    }

    /// What the near cache will have to know of a value, if it is one to keep.
    pub(crate) fn worth_keeping(&self, ticket: Ticket, now: u64, found: &Found) -> Option<Keep> {
        let Found::Value(stored) = found else { return None };
        let Stored::Bytes(record) = stored else { return None };
        // Of tags that only the value names it is not known what happened to them before this read.
        if stored.tags().len() != self.tags.len() {
            return None;
        }
        let time = fresh_for(stored.life(), self.policy, now);
        let time = self.policy.near_time_to_live().map_or(time, |near| near.min(time));
        let bytes = record.payload().len() + record.compressed_away();
        Some(Keep { ticket, time, bytes, codec: stored.encoding().0 })
    }

    pub(crate) fn keep_near(&self, kept: Keep, value: Option<Kept>) {
        if let Some(near) = self.near() {
            let value = value.map(|value| Form::keep(self.schema.form, value));
            near.keep(kept.ticket, self.key, value, kept.time, kept.bytes, kept.codec);
        }
    }
}
