//! The near cache: values of a server's entries in this process, typed, and taken out when the server says that they changed.
//!
//! The server pushes the keys that were changed to the connections that have read them (`CLIENT TRACKING`, Redis 6). Three
//! races have to be closed so that nothing old stays here:
//!
//! - A push overtakes the reply's way into the map: the reply was read, the push was handled, then the reply is inserted. A
//!   [`Ticket`] holds the key's generation from before the read; the value can't be seen until the generation was found
//!   unchanged after the insertion.
//! - A connection is lost, and with it what the server knew of our reads. Each loss begins a new epoch; a hit needs the present
//!   one.
//! - A connection is dead and nobody has noticed. Hits end soon after the last sign of life, by a clock that goes on when this
//!   process stands still.
//!
//! A value ends here when it is no longer fresh there; by then the server's own TTL has not ended.

mod clock;
mod epochs;
mod generations;
mod map;
mod order;
mod trust;

#[cfg(test)]
mod front_tests;
#[cfg(test)]
mod own_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::time::Duration;

pub(crate) use clock::Moment;
pub(crate) use trust::Watched;

use crate::encoding::Codec;
use crate::front::Standing;
use crate::key::{Key, Pattern, Question};
use crate::value::{Coding, Form, Kept};
use epochs::Epochs;
use generations::{Generation, Generations};
use map::{Map, Slot};
use trust::Trust;

/// The answer `None`.
struct Nothing;

pub(crate) struct Near {
    epochs: Arc<Epochs>,
    map: Map,
    generations: Generations,
    /// Counts what takes many keys away at once.
    sweeps: AtomicU32,
    trust: Arc<Trust>,
}

/// What a read has seen before it was sent: whatever it brings is kept only if nothing of this has moved since.
#[derive(Debug)]
pub(crate) struct Ticket {
    /// When, by the clock.
    taken: u64,
    epoch: u32,
    sweeps: u32,
    hash: u64,
    key: Generation,
    tags: Box<[Generation]>,
}

impl Near {
    /// For at most so many bytes.
    pub(crate) fn new(bytes: u64) -> Near {
        let epochs = Arc::<Epochs>::default();
        Near {
            map: Map::new(bytes, Arc::clone(&epochs)),
            generations: Generations::default(),
            sweeps: AtomicU32::new(0),
            trust: Arc::new(Trust::new(Arc::clone(&epochs))),
            epochs,
        }
    }

    /// A connection that will tell of changes, from its next sign of life on.
    pub(crate) fn watch(&self) -> Watched {
        self.trust.watch()
    }

    /// The value that this thread has found before, under the same question, if it still stands in the map.
    #[inline]
    pub(crate) fn again<V: Clone + 'static>(&self, question: Question, form: Form) -> Option<V> {
        self.epochs.validity.again(clock::nanos(), question, form)
    }

    /// Shows the value at a key to `take`, where it lies: a count that all threads write is `take`'s affair. `Some(false)` is the
    /// answer `None`. What was kept for a declaration with another number of tags (before
    /// a deploy, or by a dynamic key) is nothing to this one. `again`: how the same is asked for
    /// [`again`](Near::again), and what its type can do.
    #[inline]
    pub(crate) fn get(
        &self,
        key: &[u8],
        tags: usize,
        again: Option<(Question, &'static Coding)>,
        take: &mut dyn FnMut(&Kept),
    ) -> Option<bool> {
        let now = clock::nanos();
        let hash = self.map.hash(key);
        let (epoch, departures) = self.epochs.seen_at(now, hash)?;
        self.map.with(key, hash, |slot| {
            let good = slot.epoch == epoch && now < slot.ends && slot.is_good();
            let tagged = slot.tags();
            if !good || tagged.len() != tags || !tagged.iter().all(|tag| self.generations.is(tag)) {
                return None;
            }
            slot.visit();
            if slot.value.is::<Nothing>() {
                return Some(false);
            }
            if let Some((question, coding)) = again {
                let standing = Standing { ends: slot.ends, hash, departures };
                let value = || Some(Arc::clone(&slot.value));
                self.epochs.validity.remember(question, standing, Some((coding, slot.codec)), value);
            }
            take(&slot.value);
            Some(true)
        })
    }

    /// To be taken before a read is sent. `None`: nothing is kept at present.
    pub(crate) fn ticket(&self, key: &Key, tags: &[Key]) -> Option<Ticket> {
        let taken = clock::nanos();
        let epoch = self.epochs.epoch_at(taken)?;
        let hash = self.map.hash(key.as_bytes());
        let of_tag = |tag: &Key| self.generations.of(self.map.hash(tag.as_bytes()));
        Some(Ticket {
            taken,
            epoch,
            sweeps: self.sweeps.load(Ordering::SeqCst),
            hash,
            key: self.generations.of(hash),
            tags: tags.iter().map(of_tag).collect(),
        })
    }

    /// Keeps what a read has brought, for `time` at the most, from when that read began: it may have taken long to decode.
    /// `bytes`: how long it was; `codec`: what it was written with.
    pub(crate) fn keep(
        &self,
        ticket: Ticket,
        key: &Key,
        value: Option<Kept>,
        time: Duration,
        bytes: usize,
        codec: Codec,
    ) {
        let value = value.unwrap_or_else(|| Arc::new(Nothing));
        let Ticket { taken, epoch, sweeps, hash, key: generation, tags } = ticket;
        let ends = taken.saturating_add(clock::in_nanos(time));
        let slot = Slot::new(key.as_bytes(), value, ends, epoch, bytes, codec, tags);
        self.map.insert(hash, slot, || {
            // Before this, a push finds the slot in the map; after it, this finds the generation moved.
            fence(Ordering::SeqCst);
            self.generations.is(&generation) && self.sweeps.load(Ordering::SeqCst) == sweeps
        });
    }

    /// A key was changed: what stands here is old, and so is what is being read.
    pub(crate) fn forget(&self, key: &[u8]) {
        let hash = self.map.hash(key);
        self.generations.bump(hash);
        fence(Ordering::SeqCst);
        self.map.remove(hash);
    }

    /// The same for all keys of a pattern.
    pub(crate) fn forget_matching(&self, pattern: &Pattern) {
        self.forget_where(|key| std::str::from_utf8(key).is_ok_and(|key| pattern.matches(key)));
    }

    /// The same for all keys of a namespace.
    pub(crate) fn forget_namespace(&self, namespace: &str) {
        self.forget_where(|key| {
            key.strip_prefix(namespace.as_bytes()).is_some_and(|rest| rest.first() == Some(&b':'))
        });
    }

    fn forget_where(&self, is_meant: impl Fn(&[u8]) -> bool) {
        self.sweeps.fetch_add(1, Ordering::SeqCst);
        // As in `forget`: whatever was inserted without seeing this is found.
        fence(Ordering::SeqCst);
        self.map.retain(|key| !is_meant(key));
    }

    /// The server has lost or dropped everything at once.
    pub(crate) fn forget_all(&self) {
        self.epochs.begin_epoch();
        self.map.clear();
    }

    /// How many entries there are, and how many bytes they take.
    pub(crate) fn size(&self) -> (u64, u64) {
        self.map.size()
    }
}
