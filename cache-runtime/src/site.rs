//! A declaration and what is counted for it.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::policy::{Declaration, Location, Strategy};
use crate::stats::Counters;

/// One `#[cached]` in the program. The macros put it into a static.
pub struct Site {
    /// What was declared.
    pub declaration: Declaration,
    pub(crate) counters: Counters,
    warned: AtomicU32,
}

/// What is worth one warning a declaration; after that it is only counted.
#[derive(Clone, Copy)]
pub(crate) enum Warning {
    Foreign = 1,
    Encode = 2,
}

impl Site {
    /// The site of a declaration.
    pub const fn new(declaration: Declaration) -> Site {
        Site { declaration, counters: Counters::new(), warned: AtomicU32::new(0) }
    }

    /// Whether this warning was not given yet.
    pub(crate) fn first(&self, warning: Warning) -> bool {
        self.warned.fetch_or(warning as u32, Ordering::Relaxed) & warning as u32 == 0
    }

    /// `ConversationMessages::messages`, or the function's name.
    pub(crate) fn name(&self) -> SiteName<'_> {
        SiteName(&self.declaration)
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
