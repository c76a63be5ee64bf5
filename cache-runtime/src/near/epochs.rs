//! Since when what is kept is good: each loss of a connection begins a new epoch, and a hit needs the present one.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::front::Validity;

#[derive(Default)]
pub(super) struct Epochs {
    epoch: AtomicU32,
    /// Of what threads remember of the map.
    pub(super) validity: Validity,
}

impl Epochs {
    /// The epoch, if everything that was kept in it is good at that time.
    #[inline]
    pub(super) fn epoch_at(&self, now: u64) -> Option<u32> {
        self.validity.is_believed(now).then(|| self.epoch.load(Ordering::SeqCst))
    }

    /// The same, with how often something has departed until then: to be taken before the map is looked at.
    #[inline]
    pub(super) fn seen_at(&self, now: u64, hash: u64) -> Option<(u32, u32)> {
        // First the counter: its end moves that after the epoch, so who finds an epoch that ends has the count of before.
        let departures = self.validity.departures(hash);
        Some((self.epoch_at(now)?, departures))
    }

    /// What was kept until now is not good any more.
    pub(super) fn begin_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        self.validity.all_departed();
    }
}
