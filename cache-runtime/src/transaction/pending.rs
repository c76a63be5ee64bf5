//! What a transaction has changed, and nobody was told of yet.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::cache::Cache;
use crate::invalidate::{Invalidated, Target, send};
use crate::key::Key;
use crate::record::Draft;
use crate::write::{Mark, WriteEffect};

/// A value, and how long it stays in the store.
type Kept = (Draft, Duration);

/// The invalidations of a transaction, and its writes, whose marks stand.
#[derive(Default)]
pub(crate) struct Pending {
    changes: Mutex<Changes>,
}

#[derive(Default)]
struct Changes {
    invalidated: Vec<Expected>,
    held: Vec<Held>,
}

/// What is invalidated at the end; or what may be, which reads have to know before.
struct Expected {
    target: Target,
    certain: bool,
}

/// All writes of one key.
struct Held {
    /// One, unless two writes began at the same time.
    marks: Vec<Mark>,
    /// How many things happened to the key.
    events: u64,
    /// What the last write returned, if it was alone from its beginning to its end, and nothing happened since.
    value: Option<Kept>,
}

/// A write that is under way: how many things had happened when it began.
pub(crate) struct Begun(u64);

impl Pending {
    /// Something is invalidated once the transaction is committed.
    pub(crate) fn invalidate(&self, target: Target) {
        let mut changes = self.changes();
        for held in &mut changes.held {
            if held.marks.iter().any(|mark| target.covers(mark.cache(), mark.key())) {
                held.happened(None);
            }
        }
        changes.add(target, true);
    }

    /// Something may be invalidated once the transaction is committed: until then it is no more to be read than what is.
    pub(crate) fn expect(&self, target: Target) {
        self.changes().add(target, false);
    }

    /// Joins the writes of a key, where there have been any: their mark stands.
    pub(crate) fn join(&self, cache: &Cache, key: &Key) -> Option<Begun> {
        self.changes().held(cache, key).map(|held| Begun(held.happened(None)))
    }

    /// Keeps the mark of the first write of a key, until the transaction ends.
    pub(crate) fn hold(&self, mark: Mark) -> Begun {
        let mut changes = self.changes();
        if let Some(held) = changes.held(mark.cache(), mark.key()) {
            held.marks.push(mark);
            return Begun(held.happened(None));
        }
        changes.held.push(Held { marks: vec![mark], events: 0, value: None });
        Begun(0)
    }

    /// A write has returned. Where another one ran at the same time nobody knows which of them the source has seen last.
    pub(crate) fn written(&self, cache: &Cache, key: &Key, Begun(events): Begun, value: Option<Kept>) {
        if let Some(held) = self.changes().held(cache, key) {
            let alone = held.events == events;
            held.happened(value.filter(|_| alone));
        }
    }

    /// No write that has returned leaves its value.
    pub(crate) fn forget_values(&self) {
        for held in &mut self.changes().held {
            held.happened(None);
        }
    }

    /// Whether the transaction has changed an entry, or may have: a fallen tag may be one that only the value itself names.
    pub(crate) fn has_changed(&self, cache: &Cache, key: &Key) -> bool {
        let changes = self.changes();
        let mut targets = changes.invalidated.iter().map(|expected| &expected.target);
        let mut marks = changes.held.iter().flat_map(|held| &held.marks);
        marks.any(|mark| mark.is_at(cache, key))
            || targets.any(|target| target.covers(cache, key) || target.is_tag_of(cache))
    }

    /// Sends the invalidations, and ends the writes, where it was committed with their values. Gives whether all of it
    /// was applied.
    ///
    /// A caller that goes away in the middle leaves what is left to [`abandon`](Pending::abandon): twice is harmless.
    pub(super) async fn send(&self, committed: bool) -> Invalidated {
        if !committed {
            self.forget_values();
        }
        let mut silent: Vec<Cache> = Vec::new();
        let mut all = send(self.targets(), &mut silent).await;
        while let Some(Held { mut marks, value, .. }) = self.next() {
            let mut value = value.filter(|_| marks.len() == 1);
            while let Some(mark) = marks.pop() {
                if silent.iter().any(|cache| cache.is(mark.cache())) {
                    mark.queue();
                } else {
                    let cache = mark.cache().clone();
                    if mark.end_now(value.take()).await != WriteEffect::Queued {
                        continue;
                    }
                    silent.push(cache);
                }
                all = Invalidated::Queued;
            }
        }
        self.changes().invalidated.clear();
        all
    }

    /// Ends the writes without values, and tells nobody of anything.
    pub(super) async fn discard(&self) {
        self.changes().invalidated.clear();
        self.send(false).await;
    }

    /// What is to be sent where nobody waits for it. The marks go with this: each ends in the background.
    pub(super) fn abandon(&self) -> Vec<Target> {
        let targets = self.targets();
        let Changes { held, .. } = std::mem::take(&mut *self.changes());
        // After the lock.
        drop(held);
        targets
    }

    /// But for what the end of a write takes away anyway.
    fn targets(&self) -> Vec<Target> {
        let changes = self.changes();
        let certain = changes.invalidated.iter().filter(|expected| expected.certain);
        let marks = || changes.held.iter().flat_map(|held| &held.marks);
        certain
            .map(|expected| &expected.target)
            .filter(|target| !marks().any(|mark| target.is_key(mark.cache(), mark.key())))
            .cloned()
            .collect()
    }

    fn next(&self) -> Option<Held> {
        self.changes().held.pop()
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Changes {
    fn add(&mut self, target: Target, certain: bool) {
        match self.invalidated.iter_mut().find(|expected| expected.target.is(&target)) {
            Some(expected) => expected.certain |= certain,
            None => self.invalidated.push(Expected { target, certain }),
        }
    }

    fn held(&mut self, cache: &Cache, key: &Key) -> Option<&mut Held> {
        self.held.iter_mut().find(|held| held.marks.iter().any(|mark| mark.is_at(cache, key)))
    }
}

impl Held {
    fn happened(&mut self, value: Option<Kept>) -> u64 {
        self.events += 1;
        self.value = value;
        self.events
    }
}
