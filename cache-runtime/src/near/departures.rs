//! How often something has left the map, or has come to stand in its place: what a thread remembers of the map is good for as
//! long as this has not moved. Many keys share a counter, so a thread may look again for nothing.

use std::sync::atomic::{AtomicU32, Ordering};

/// 16 KiB of counters: read at each hit, they stay in the processor's nearest cache.
const COUNTERS: usize = 1 << 12;

pub(super) struct Departures(Box<[AtomicU32; COUNTERS]>);

impl Default for Departures {
    fn default() -> Departures {
        Departures(Box::new([const { AtomicU32::new(0) }; COUNTERS]))
    }
}

impl Departures {
    /// To be taken before the map is looked at.
    #[inline]
    pub(super) fn of(&self, hash: u64) -> u32 {
        self.counter(hash).load(Ordering::SeqCst)
    }

    /// After the map was changed, and before anybody is told; also where there was nothing to change, as another may have taken it
    /// out and not have come to this yet.
    pub(super) fn bump(&self, hash: u64) {
        self.counter(hash).fetch_add(1, Ordering::SeqCst);
    }

    /// The same after a change of nobody knows which keys.
    pub(super) fn bump_all(&self) {
        for counter in &*self.0 {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[inline]
    fn counter(&self, hash: u64) -> &AtomicU32 {
        &self.0[hash as usize % COUNTERS]
    }
}
