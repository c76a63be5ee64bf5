//! What generated code uses, and nothing else should: these names change without notice.

mod error;
mod policy;
mod probe;
mod success;
mod task;
mod value;

pub use crate::batch::{Batch, batch_result, batch_value, in_batch};
pub use crate::call::Entries;
pub use crate::catalog::{Registered, RegisteredStrategy};
pub use crate::declaration::{Declaration, KindName, Location, Segment, Strategy};
pub use crate::encoding::{require_codec, require_compression, require_schema};
pub use crate::entry::{Entry, EntryPattern};
pub use crate::invalidate::{InvalidateGuard, Invalidations};
pub use crate::key::{Brief, CacheKey, CharClass, Key, KeyMatch, KeyType, KeyWriter, PatternWriter};
pub use crate::load::returns::{Fallible, FallibleOptional, Optional, Plain, again, here};
pub use crate::load::{ErrorSharing, load_owned, read};
pub use crate::policy::Policy;
pub use crate::site::{Site, Tally};
pub use crate::strategy::AnyThread;
pub use crate::sync::{in_process, in_thread, memo};
pub use crate::value::{SchemaVisitor, Shape};
pub use inventory;

pub use self::error::{
    NeverTimesOut, ShareByClone, ShareByMessage, ShareNever, share_of, timed_out, times_out,
};
pub use self::policy::{in_background, in_caller, millis};
pub use self::probe::Probe;
pub use self::success::{Returned, SucceededAlways, SucceededResult, succeeded};
pub use self::task::{Carry, Own, Task, can_carry, can_own, carry, in_task, own};
pub use self::value::{
    ByName, IsOption, IsResult, NoArc, NoSchema, Visible, assert_plain, assert_value, has_schema, schema_of,
};

use crate::cache::Cache;

/// For the targets in `fuzz/`.
#[cfg(fuzzing)]
pub mod fuzzing {
    pub use crate::fuzzing::{keys, record};
}

/// For the count of instructions in `benches/guard/`.
#[cfg(feature = "__guard")]
pub mod guard {
    pub use crate::record::RecordHeader;
}

/// For the interleaving checker in `tests/`.
#[cfg(feature = "__interleaving")]
pub mod interleaving {
    pub use crate::interleaving::{
        Background, Hook, Standing, age, end_claim, evict, expire, read_owned, set_hook, sibling, standing,
    };
}

/// Puts sites into the catalog.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_register {
    ($($sites:tt)*) => {
        $crate::__private::inventory::submit! { $crate::__private::Registered(&[$($sites)*]) }
    };
}
pub use crate::__cache_register as register;

/// Puts a strategy into the catalog.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_register_strategy {
    ($strategy:expr) => {
        $crate::__private::inventory::submit! { $crate::__private::RegisteredStrategy($strategy) }
    };
}
pub use crate::__cache_register_strategy as register_strategy;

/// A typed entry.
pub fn entry<V, K>(Entries { site, cache, schema }: Entries<'_>, key: Key) -> Entry<V, K> {
    Entry::new(site, cache, key, schema)
}

impl PatternWriter {
    /// Where a strategy appends its key fields.
    pub fn fields(&mut self) -> &mut KeyWriter {
        self.key()
    }

    /// The finished pattern.
    pub fn finish(self, cache: &Cache, site: &'static Site) -> EntryPattern {
        EntryPattern::new(cache, site, self.into_pattern())
    }
}
