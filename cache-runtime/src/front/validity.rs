//! Whether what was found once is good still: all that each hit asks for, behind one pointer.
//!
//! What a thread remembers of a map is good as long as the counter of its key has not moved: whatever leaves the map, or comes to
//! stand in another's place, moves it. Many keys share a counter, so a thread may look again for nothing.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::places::{self, Seen, Standing};
use crate::encoding::Codec;
use crate::key::Question;
use crate::value::{Coding, Form, Kept};

/// 16 KiB of counters: read at each hit, they stay in the processor's nearest cache.
const COUNTERS: usize = 1 << 12;

pub(crate) struct Validity {
    /// Tells a map from the process's others, those that are gone included.
    number: u64,
    /// The end of what is believed, by the map's clock; 0 while nothing is.
    until: AtomicU64,
    departures: Departures,
}

/// Others write here than to what is before it.
#[repr(align(64))]
struct Departures([AtomicU32; COUNTERS]);

impl Default for Validity {
    fn default() -> Validity {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Validity {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            until: AtomicU64::new(0),
            departures: Departures([const { AtomicU32::new(0) }; COUNTERS]),
        }
    }
}

impl Validity {
    /// The value that this thread has found before, under the same question, if it still stands in the map at that time.
    #[inline]
    pub(crate) fn again<V: Clone + 'static>(&self, now: u64, question: Question, form: Form) -> Option<V> {
        if !self.is_believed(now) {
            return None;
        }
        match places::get(self.number, &question, self.stands(now)) {
            Seen::Nothing => None,
            Seen::Own(value) => Some(value),
            Seen::Shared(value) => Form::give_own(Some(form), value),
            Seen::Old => {
                places::forget(self.number, question);
                None
            }
            Seen::Often(value) => {
                let given = Form::give_own(Some(form), Arc::clone(&value));
                places::make_own(self.number, question, form, value);
                given
            }
        }
    }

    /// The same of a map of which nobody has copies, whatever the value's type.
    pub(crate) fn shared_again(&self, now: u64, question: Question) -> Option<Kept> {
        match places::get::<Infallible>(self.number, &question, self.stands(now)) {
            Seen::Shared(value) | Seen::Often(value) => Some(value),
            Seen::Old => {
                places::forget(self.number, question);
                None
            }
            Seen::Nothing => None,
        }
    }

    #[inline]
    fn stands(&self, now: u64) -> impl FnOnce(&Standing) -> bool {
        move |found| now < found.ends && self.departures(found.hash) == found.departures
    }

    /// Remembers what the map has answered, to be found [`again`](Validity::again). `copying`: how this thread makes a copy of its
    /// own, if it is to have one.
    pub(crate) fn remember(
        &self,
        question: Question,
        standing: Standing,
        copying: Option<(&'static Coding, Codec)>,
        value: impl FnOnce() -> Option<Kept>,
    ) {
        places::put(self.number, question, standing, copying, value);
    }

    /// Whether all that has not left the map is good at that time.
    #[inline]
    pub(crate) fn is_believed(&self, now: u64) -> bool {
        now < self.until.load(Ordering::Acquire)
    }

    pub(crate) fn is_believed_until(&self, until: u64) {
        self.until.store(until, Ordering::Release);
    }

    /// How often something has departed.
    #[inline]
    pub(crate) fn departures(&self, hash: u64) -> u32 {
        self.counter(hash).load(Ordering::SeqCst)
    }

    /// After the map was changed, and before anybody is told; also where there was nothing to change, as another may have taken it
    /// out and not have come to this yet.
    pub(crate) fn departed(&self, hash: u64) {
        self.counter(hash).fetch_add(1, Ordering::SeqCst);
    }

    /// The same after a change of nobody knows which keys.
    #[cfg(feature = "redis")]
    pub(crate) fn all_departed(&self) {
        for counter in &self.departures.0 {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[inline]
    fn counter(&self, hash: u64) -> &AtomicU32 {
        &self.departures.0[hash as usize % COUNTERS]
    }

    #[cfg(test)]
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}
