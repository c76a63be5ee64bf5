//! How long what is here can be believed: as long as all the connections that are told of changes are alive.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::clock::{Moment, in_nanos};
use super::epochs::Epochs;

/// The connections over which the servers tell of changes: one, or one to each primary of a cluster.
pub(super) struct Trust {
    epochs: Arc<Epochs>,
    connections: Mutex<Connections>,
}

#[derive(Default)]
struct Connections {
    made: u64,
    /// Each with the time until which it is believed.
    alive: Vec<(u64, u64)>,
    /// The time of day less the clock, in nanoseconds.
    day: Option<i64>,
}

/// The time of day may be set by less than this, and nothing follows from it: a second, in nanoseconds.
const SLEPT: u64 = 1_000_000_000;

impl Connections {
    /// Whether the clock has stood still since the last time, as it does while a machine sleeps: then values have ended that are
    /// young by the clock. (Or somebody has set the time of day, which costs some misses.)
    fn has_slept(&mut self, now: Moment) -> bool {
        let day = now.day.cast_signed().saturating_sub_unsigned(now.clock);
        self.day.replace(day).is_some_and(|before| day.abs_diff(before) > SLEPT)
    }
}

impl Trust {
    pub(super) fn new(epochs: Arc<Epochs>) -> Trust {
        Trust { epochs, connections: Mutex::default() }
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
        let until = since.clock.saturating_add(in_nanos(time));
        let mut connections = self.connections();
        if connections.has_slept(since) {
            self.epochs.begin_epoch();
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
            self.epochs.begin_epoch();
        }
        self.publish(&connections);
    }

    fn publish(&self, connections: &Connections) {
        let first = connections.alive.iter().map(|(_, until)| *until).min();
        self.epochs.validity.is_believed_until(first.unwrap_or(0));
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
