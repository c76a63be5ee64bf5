//! A declaration and what is counted for it.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Instant;

use crate::declaration::{Declaration, Location, Strategy};
use crate::error::CacheError;
use crate::stats::Counters;

/// One `#[cached]` in the program. The macros put it into a static.
pub struct Site {
    /// What was declared.
    pub declaration: Declaration,
    pub(crate) counters: Counters,
    warned: AtomicU32,
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

impl Site {
    /// The site of a declaration.
    pub const fn new(declaration: Declaration) -> Site {
        Site {
            declaration,
            counters: Counters::new(),
            warned: AtomicU32::new(0),
            repeated: AtomicU64::new(0),
            suppressed: AtomicU64::new(0),
        }
    }

    /// Whether this warning was not given yet.
    pub(crate) fn first(&self, warning: Warning) -> bool {
        self.warned.fetch_or(warning as u32, Ordering::Relaxed) & warning as u32 == 0
    }

    /// Whether it is time again for a warning that may come with every call: then how many were left out since the last one.
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

    /// `ConversationMessages::messages`, or the function's name.
    pub(crate) fn name(&self) -> SiteName<'_> {
        SiteName(&self.declaration)
    }

    /// Says that a removal could not be sent, and waits.
    pub(crate) fn queued(&self, key: &str, error: &CacheError) {
        self.counters.queued.one();
        if let Some(left_out) = self.again() {
            tracing::warn!(entry = %self.name(), key, %error, left_out, "the cache could not be told of a change, and will be before it is read here again; other processes may read the old value until then");
        }
    }

    /// The site of a strategy's dynamic operations, made at the first one.
    pub(crate) fn dynamic(strategy: &'static Strategy) -> &'static Site {
        let mut sites = DYNAMIC.lock().unwrap_or_else(PoisonError::into_inner);
        sites.entry(strategy.location).or_insert_with(|| {
            // One for each strategy in the program's text, so their number is bounded.
            Box::leak(Box::new(Site::new(Declaration {
                name: "",
                strategy,
                template: "",
                segments: &[],
                value: "",
                policy: strategy.policy,
                reason: strategy.reason,
                location: strategy.location,
                loads: false,
                tags: &[],
            })))
        })
    }

    /// The sites of all strategies that were used with dynamic keys.
    pub(crate) fn all_dynamic() -> Vec<&'static Site> {
        let sites = DYNAMIC.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sites: Vec<_> = sites.values().copied().collect();
        sites.sort_by_key(|site| (site.declaration.strategy.namespace, site.declaration.strategy.name));
        sites
    }
}

static DYNAMIC: LazyLock<Mutex<HashMap<Location, &'static Site>>> = LazyLock::new(Mutex::default);

pub(crate) struct SiteName<'a>(&'a Declaration);

impl fmt::Display for SiteName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.strategy.name, self.0.name) {
            ("", name) | (name, "") => f.write_str(name),
            (strategy, name) => write!(f, "{strategy}::{name}"),
        }
    }
}
