//! Whether what is here can be believed: as long as all the connections that are told of changes are alive.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::clock::Moment;

/// The connections over which the servers tell of changes: one, or one to each primary of a cluster.
#[derive(Default)]
pub(super) struct Trust {
    /// Begins anew with each loss.
    epoch: AtomicU32,
    /// The end of the first of them to end, by [`clock`]; 0 while there is none.
    until: AtomicU64,
    connections: Mutex<Connections>,
}

#[derive(Default)]
struct Connections {
    made: u64,
    /// Each with the time until which it is believed.
    alive: Vec<(u64, u64)>,
    /// The time of day less the clock, in milliseconds.
    day: Option<i64>,
}

/// The time of day may be set by less than this, and nothing follows from it.
const SLEPT: u64 = 1000;

impl Connections {
    /// Whether the clock has stood still since the last time, as it does while a machine sleeps: then values have ended that are
    /// young by the clock. (Or somebody has set the time of day, which costs some misses.)
    fn has_slept(&mut self, now: Moment) -> bool {
        let day = now.day.cast_signed().saturating_sub_unsigned(now.clock);
        self.day.replace(day).is_some_and(|before| day.abs_diff(before) > SLEPT)
    }
}

impl Trust {
    /// The epoch, if everything that was kept in it is good at that time.
    #[inline]
    pub(super) fn epoch_at(&self, now: u64) -> Option<u32> {
        (now < self.until.load(Ordering::Acquire)).then(|| self.epoch.load(Ordering::Acquire))
    }

    /// What was kept until now is not good any more.
    pub(super) fn begin_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// A connection that will tell of changes, from its next sign of life on.
    pub(super) fn watch(self: &Arc<Trust>) -> Watched {
        let mut connections = self.connections();
        connections.made += 1;
        Watched { id: connections.made, trust: Arc::clone(self), over: AtomicBool::new(false) }
    }

    fn connections(&self) -> std::sync::MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_alive(&self, watched: &Watched, since: Moment, time: Duration) {
        let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let until = since.clock.saturating_add(time);
        let mut connections = self.connections();
        if connections.has_slept(since) {
            self.begin_epoch();
        }
        // Looked at under the lock: who takes it out of use comes before this, or finds it in the list.
        if watched.over.load(Ordering::Relaxed) {
            return;
        }
        match connections.alive.iter_mut().find(|(id, _)| *id == watched.id) {
            Some((_, end)) => *end = until,
            None => connections.alive.push((watched.id, until)),
        }
        self.publish(&connections);
    }

    /// For as long as it is there, nothing is believed: values may come over it that it says nothing of.
    fn is_deaf(&self, id: u64) {
        let mut connections = self.connections();
        connections.alive.push((id, 0));
        self.publish(&connections);
    }

    fn is_lost(&self, id: u64) {
        let mut connections = self.connections();
        let before = connections.alive.len();
        connections.alive.retain(|(other, _)| *other != id);
        if connections.alive.len() < before {
            self.begin_epoch();
        }
        self.publish(&connections);
    }

    fn publish(&self, connections: &Connections) {
        let first = connections.alive.iter().map(|(_, until)| *until).min();
        self.until.store(first.unwrap_or(0), Ordering::Release);
    }
}

/// One connection that tells of changes. Dropped, it is lost.
pub(crate) struct Watched {
    id: u64,
    trust: Arc<Trust>,
    /// Lost or deaf: whatever comes over it is no sign of life any more.
    over: AtomicBool,
}

impl Watched {
    /// A sign of life, which was asked for then: from that moment on it is believed for so long. Whatever stands still meanwhile,
    /// be it the whole process, it is not believed for longer.
    pub(crate) fn is_alive(&self, since: Moment, time: Duration) {
        self.trust.is_alive(self, since, time);
    }

    /// It will not tell of anything, and is used all the same.
    pub(crate) fn is_deaf(&self) {
        self.over.store(true, Ordering::Relaxed);
        self.trust.is_deaf(self.id);
    }

    /// It tells nothing any more.
    pub(crate) fn is_lost(&self) {
        self.over.store(true, Ordering::Relaxed);
        self.trust.is_lost(self.id);
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.is_lost();
    }
}
