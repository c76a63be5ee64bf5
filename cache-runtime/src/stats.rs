//! Counters of what happened, one set a declaration.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::striped::Striped;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident: $kind:ident,)*) => {
        /// What is counted while the program runs.
        #[derive(Debug)]
        pub(crate) struct Counters {
            $(pub(crate) $name: $kind,)*
        }

        impl Counters {
            pub(crate) const fn new() -> Counters {
                Counters { $($name: $kind::new(),)* }
            }

            pub(crate) fn snapshot(&self) -> Counts {
                let mut counts = Counts { $($name: self.$name.get(),)* };
                // Counted where it costs least, and once.
                counts.hits += counts.near_hits;
                counts
            }
        }

        /// The counters of one declaration since the program started, in this process.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counts {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Counts {
            /// Every counter with its name, in the order of the fields.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name),)*].into_iter()
            }
        }
    };
}

counters! {
    /// Reads that a stored value answered.
    hits: Striped,
    /// Reads that a value in this process answered, out of those.
    near_hits: Striped,
    /// Reads that no stored value answered, whatever the reason.
    misses: Counter,
    /// Reads that a value past its TTL answered, within one of its stale windows.
    stale: Counter,
    /// Misses whose load failed, and that a value past its TTL answered.
    stale_on_error: Counter,
    /// Misses that waited for another caller's load (single-flight).
    waits: Counter,
    /// Misses that another caller's load answered.
    shared: Counter,
    /// Loaders that were run.
    loads: Counter,
    /// Loaders that returned an error.
    load_errors: Counter,
    /// Microseconds that loaders took, in all.
    load_micros: Counter,
    /// Loaded values that were stored.
    fills: Counter,
    /// Loaded values that were not stored: an invalidation or a write came while they were loaded, or the memory store has no room for them.
    revoked_fills: Counter,
    /// Values that were not stored because a newer version stood there.
    older: Counter,
    /// Values stored by `set`, and writes that ended, whether or not they left their value.
    writes: Counter,
    /// Entries or patterns invalidated.
    invalidations: Counter,
    /// Removals that could not be sent, and were queued.
    queued: Counter,
    /// Misses on a value of another schema or type.
    schema_misses: Counter,
    /// Misses on bytes that are no value of this cache, or can't be decoded.
    undecodable: Counter,
    /// Misses on a value that was written for another key: an answer that was mixed up, or a key that was renamed.
    misrouted: Counter,
    /// Misses on a value one of whose tags has fallen.
    tag_misses: Counter,
    /// Misses on a value from before its server was restarted or replaced.
    restart_misses: Counter,
    /// Loads that were not waited for any longer, and went on in the background.
    load_timeouts: Counter,
    /// Values that were not stored: they can't be encoded, or are too large.
    unstorable: Counter,
    /// Steps that the store did not answer or refused.
    store_errors: Counter,
}

impl Counts {
    /// Reads that a stored value answered among all reads, from 0 to 1; `None` before the first read.
    pub fn hit_rate(&self) -> Option<f64> {
        let answered = self.hits + self.stale;
        let reads = answered + self.misses;
        (reads > 0).then(|| answered as f64 / reads as f64)
    }

    /// How long a load took on average; `None` before the first one.
    pub fn mean_load(&self) -> Option<Duration> {
        self.load_micros.checked_div(self.loads).map(Duration::from_micros)
    }
}

#[derive(Debug)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    const fn new() -> Counter {
        Counter(AtomicU64::new(0))
    }

    #[inline]
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn one(&self) {
        self.add(1);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
