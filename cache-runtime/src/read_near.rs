//! The near cache's part in reading an entry.

use std::time::Duration;

use crate::age::fresh_for;
use crate::encoding::Codec;
use crate::key::{Brief, Question};
use crate::near::{Near, Ticket};
use crate::policy::Policy;
use crate::read::{Call, Entries};
use crate::record::{Body, Found};
use crate::transaction;
use crate::value::{Coding, Form, Kept, Value};

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
    fn near(&self, policy: &Policy) -> Option<&Near> {
        self.cache.near().filter(|_| policy.is_near() && !transaction::is_open())
    }

    /// How the entry is asked for without its key, if all that fills it is in `brief`. Tags have keys of their own, and what is no
    /// `Arc` is cloned where it lies.
    #[inline]
    fn question(&self, brief: Brief) -> Option<Question> {
        let declaration = &self.site.declaration;
        let in_brief = declaration.strategy.fields.is_empty() && declaration.tags.is_empty();
        brief
            .asked_by(std::ptr::from_ref(self.site).addr())
            .filter(|_| in_brief && self.schema.form.is_some())
    }

    /// The value that this thread has found under the same question before, counted, if it is as good as it was.
    #[inline]
    pub(crate) fn near_again<V: 'static>(&self, brief: Brief) -> Option<V> {
        let question = self.question(brief)?;
        let value = self.near(&self.site.declaration.policy)?.again(question, self.schema.form?)?;
        self.site.counters.near_hits.one();
        Some(value)
    }

    /// The value in the near cache, counted. A hit is remembered for who asks with the same `brief`.
    #[inline]
    pub(crate) fn near_hit<V: Value>(
        &self,
        policy: &Policy,
        takes_none: bool,
        brief: Option<Brief>,
        key: &[u8],
    ) -> Option<Option<V>> {
        let again = brief.map(|brief| (brief, Coding::of::<V>()));
        let (form, mut value) = (self.schema.form, None);
        let is_value =
            self.near_found(policy, takes_none, again, key, &mut |kept| value = Form::give(form, kept))?;
        // Of another declaration's type.
        if is_value && value.is_none() {
            return None;
        }
        self.site.counters.near_hits.one();
        Some(value)
    }

    #[inline]
    fn near_found(
        &self,
        policy: &Policy,
        takes_none: bool,
        again: Option<(Brief, &'static Coding)>,
        key: &[u8],
        take: &mut dyn FnMut(&Kept),
    ) -> Option<bool> {
        let again = again.and_then(|(brief, coding)| self.question(brief).zip(Some(coding)));
        let is_value = self.near(policy)?.get(key, self.site.declaration.tags.len(), again, take)?;
        (is_value || takes_none).then_some(is_value)
    }
}

impl Call<'_> {
    fn near(&self) -> Option<&Near> {
        self.cache.near().filter(|_| self.policy.is_near())
    }

    /// The value in the near cache, counted.
    pub(crate) fn near_hit<V: Value>(&self) -> Option<Option<V>> {
        let declared = std::ptr::eq(self.policy, &self.site.declaration.policy);
        // A call with a time of its own is not served what was kept for longer.
        if !declared && self.policy.near_time_to_live().is_some() {
            return None;
        }
        Entries::new(self.site, self.cache, self.schema).near_hit(
            self.policy,
            self.takes_none,
            None,
            self.key.as_bytes(),
        )
    }

    /// To be taken before a read.
    pub(crate) fn near_ticket(&self) -> Option<Ticket> {
        self.near()?.ticket(self.key, self.tags)
    }

    /// What the near cache will have to know of a value, if it is one to keep.
    pub(crate) fn worth_keeping(&self, ticket: Ticket, now: u64, found: &Found) -> Option<Keep> {
        let Found::Value(stored) = found else { return None };
        let Body::Bytes(record, _) = &stored.body else { return None };
        let header = &stored.header;
        // Of tags that only the value names it is not known what happened to them before this read.
        if header.tags.as_deref().map_or(0, <[_]>::len) != self.tags.len() {
            return None;
        }
        let time = fresh_for(header, self.policy, now);
        let time = self.policy.near_time_to_live().map_or(time, |near| near.min(time));
        let bytes = record.len() + stored.compressed_away();
        Some(Keep { ticket, time, bytes, codec: header.codec })
    }

    pub(crate) fn keep_near(&self, kept: Keep, value: Option<Kept>) {
        if let Some(near) = self.near() {
            let value = value.map(|value| Form::keep(self.schema.form, value));
            near.keep(kept.ticket, self.key, value, kept.time, kept.bytes, kept.codec);
        }
    }
}
