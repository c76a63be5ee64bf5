//! Which warnings a declaration has given.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

/// Which warnings were given.
pub(crate) struct Warnings {
    once: AtomicU32,
    /// When the last repeated warning was given, in seconds since the first one of the process, from 1; and how many were
    /// not given since.
    repeated: AtomicU64,
    suppressed: AtomicU64,
}

/// A warning that would come with every call of an outage is given once in this time.
const WARNING_SECONDS: u64 = 10;

/// What is worth one warning a declaration; after that it is only counted.
#[derive(Clone, Copy)]
pub(crate) enum Warning {
    Foreign = 1,
    Encode = 2,
    Misrouted = 4,
    Undecodable = 8,
}

impl Warnings {
    pub(crate) const fn new() -> Warnings {
        Warnings { once: AtomicU32::new(0), repeated: AtomicU64::new(0), suppressed: AtomicU64::new(0) }
    }

    /// Whether this one was not given yet.
    pub(crate) fn first(&self, warning: Warning) -> bool {
        self.once.fetch_or(warning as u32, Ordering::Relaxed) & warning as u32 == 0
    }

    /// Whether it is time again for one that may come with every call: then how many were left out since the last one.
    pub(crate) fn again(&self) -> Option<u64> {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        let now = START.elapsed().as_secs() + 1;
        let last = self.repeated.load(Ordering::Relaxed);
        let due = last == 0 || now >= last + WARNING_SECONDS;
        if due && self.repeated.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            return Some(self.suppressed.swap(0, Ordering::Relaxed));
        }
        self.suppressed.fetch_add(1, Ordering::Relaxed);
        None
    }
}
