//! How often keys were changed, as far as this process was told: many keys share a counter, so a change may count for a key
//! that it does not concern. That costs a miss.

use std::sync::atomic::{AtomicU32, Ordering};

/// 256 KiB of counters.
const COUNTERS: usize = 1 << 16;

pub(super) struct Generations(Box<[AtomicU32]>);

/// A counter as it stood.
#[derive(Clone, Copy, Debug)]
pub(super) struct Generation {
    counter: u32,
    count: u32,
}

impl Default for Generations {
    fn default() -> Generations {
        Generations((0..COUNTERS).map(|_| AtomicU32::new(0)).collect())
    }
}

impl Generations {
    pub(super) fn of(&self, hash: u64) -> Generation {
        let counter = (hash % COUNTERS as u64) as u32;
        Generation { counter, count: self.0[counter as usize].load(Ordering::SeqCst) }
    }

    pub(super) fn is(&self, generation: &Generation) -> bool {
        self.0[generation.counter as usize].load(Ordering::SeqCst) == generation.count
    }

    pub(super) fn bump(&self, hash: u64) {
        self.0[(hash % COUNTERS as u64) as usize].fetch_add(1, Ordering::SeqCst);
    }
}
