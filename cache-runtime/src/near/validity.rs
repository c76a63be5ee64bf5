//! Whether what was found once is good still: all that each hit asks for, behind one pointer.
//!
//! What a thread remembers of the map is good as long as the counter of its key has not moved: whatever leaves the map, or comes to
//! stand in another's place, moves it. Many keys share a counter, so a thread may look again for nothing.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// 16 KiB of counters: read at each hit, they stay in the processor's nearest cache.
const COUNTERS: usize = 1 << 12;

pub(super) struct Validity {
    /// Tells a near cache from the process's others, those that are gone included.
    number: u64,
    /// The end of what is believed, by the [`clock`](super::clock); 0 while nothing is.
    until: AtomicU64,
    /// Begins anew with each loss.
    epoch: AtomicU32,
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
            epoch: AtomicU32::new(0),
            departures: Departures([const { AtomicU32::new(0) }; COUNTERS]),
        }
    }
}

impl Validity {
    #[inline]
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether all that has not left the map is good at that time.
    #[inline]
    pub(super) fn is_believed(&self, now: u64) -> bool {
        now < self.until.load(Ordering::Acquire)
    }

    pub(super) fn is_believed_until(&self, until: u64) {
        self.until.store(until, Ordering::Release);
    }

    /// The epoch, if everything that was kept in it is good at that time.
    #[inline]
    pub(super) fn epoch_at(&self, now: u64) -> Option<u32> {
        self.is_believed(now).then(|| self.epoch.load(Ordering::SeqCst))
    }

    /// The same, with how often something has departed until then: to be taken before the map is looked at.
    #[inline]
    pub(super) fn seen_at(&self, now: u64, hash: u64) -> Option<(u32, u32)> {
        // First the counter: its end moves that after the epoch, so who finds an epoch that ends has the count of before.
        let departures = self.departures(hash);
        Some((self.epoch_at(now)?, departures))
    }

    /// What was kept until now is not good any more.
    pub(super) fn begin_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        self.all_departed();
    }

    /// How often something has departed.
    #[inline]
    pub(super) fn departures(&self, hash: u64) -> u32 {
        self.counter(hash).load(Ordering::SeqCst)
    }

    /// After the map was changed, and before anybody is told; also where there was nothing to change, as another may have taken it
    /// out and not have come to this yet.
    pub(super) fn departed(&self, hash: u64) {
        self.counter(hash).fetch_add(1, Ordering::SeqCst);
    }

    /// The same after a change of nobody knows which keys.
    pub(super) fn all_departed(&self) {
        for counter in &self.departures.0 {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[inline]
    fn counter(&self, hash: u64) -> &AtomicU32 {
        &self.departures.0[hash as usize % COUNTERS]
    }
}
