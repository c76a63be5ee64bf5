//! Counters of what happened, one set a declaration.

use std::time::Duration;

use crate::striped::{Counter, Striped};

/// What is counted while the program runs.
#[derive(Debug)]
pub(crate) struct Counters(Striped<COUNTERS>);

impl Counters {
    pub(crate) const fn new() -> Counters {
        Counters(Striped::new())
    }
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        #[expect(non_camel_case_types, reason = "the names of the counters")]
        enum Index {
            $($name,)*
        }

        const COUNTERS: usize = [$(Index::$name),*].len();

        impl Counters {
            $(
                #[inline]
                pub(crate) fn $name(&self) -> Counter<'_, COUNTERS> {
                    self.0.at(Index::$name as usize)
                }
            )*

            pub(crate) fn snapshot(&self) -> Counts {
                let mut counts = Counts { $($name: self.$name().get(),)* };
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
    hits,
    /// Reads that a value in this process answered, out of those.
    near_hits,
    /// Reads that no stored value answered, whatever the reason.
    misses,
    /// Reads that a value past its TTL answered, within one of its stale windows.
    stale,
    /// Misses whose load failed, and that a value past its TTL answered.
    stale_on_error,
    /// Misses that waited for another caller's load (single-flight).
    waits,
    /// Misses that another caller's load answered.
    shared,
    /// Loaders that were run.
    loads,
    /// Loaders that returned an error.
    load_errors,
    /// Microseconds that loaders took, in all.
    load_micros,
    /// Loaded values that were stored.
    fills,
    /// Loaded values that were not stored: an invalidation or a write came while they were loaded, or the memory store has no room for them.
    revoked_fills,
    /// Values that were not stored because a newer version stood there.
    older,
    /// Values stored by `set`, and writes that ended, whether or not they left their value.
    writes,
    /// Entries or patterns invalidated.
    invalidations,
    /// Removals that could not be sent, and were queued.
    queued,
    /// Misses on a value of another schema or type.
    schema_misses,
    /// Misses on bytes that are no value of this cache, or can't be decoded.
    undecodable,
    /// Misses on a value that was written for another key: an answer that was mixed up, or a key that was renamed.
    misrouted,
    /// Misses on a value one of whose tags has fallen.
    tag_misses,
    /// Misses on a value from before its server was restarted or replaced.
    restart_misses,
    /// Loads that were not waited for any longer, and went on in the background.
    load_timeouts,
    /// Values that were not stored: they can't be encoded, or are too large.
    unstorable,
    /// Steps that the store did not answer or refused.
    store_errors,
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
