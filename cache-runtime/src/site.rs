//! A declaration and what is counted for it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::declaration::{Declaration, Location, Strategy};
use crate::error::CacheError;
use crate::stats::Counters;
use crate::warnings::Warnings;

/// One `#[cached]` in the program. The macros put it into a static, of which nothing changes: what a hit asks of the declaration is
/// answered while that is compiled.
pub struct Site {
    /// What was declared.
    pub declaration: Declaration,
    pub(crate) counters: &'static Counters,
    pub(crate) warnings: &'static Warnings,
}

/// What changes of a site, in a static of its own.
pub struct Tally {
    counters: Counters,
    warnings: Warnings,
}

impl Tally {
    /// Nothing has happened yet.
    #[expect(clippy::new_without_default, reason = "it is for a static")]
    pub const fn new() -> Tally {
        Tally { counters: Counters::new(), warnings: Warnings::new() }
    }
}

impl Site {
    /// The site of a declaration.
    pub const fn new(declaration: Declaration, tally: &'static Tally) -> Site {
        Site { declaration, counters: &tally.counters, warnings: &tally.warnings }
    }

    /// `ConversationMessages::messages`, or the function's name.
    pub(crate) fn name(&self) -> SiteName<'_> {
        SiteName(&self.declaration)
    }

    /// Says that a removal could not be sent, and waits.
    pub(crate) fn queued(&self, key: &str, error: &CacheError) {
        self.counters.queued().one();
        if let Some(left_out) = self.warnings.again() {
            tracing::warn!(entry = %self.name(), key, %error, left_out, "the cache could not be told of a change, and will be before it is read here again; other processes may read the old value until then");
        }
    }

    /// The site of a strategy's dynamic operations, made at the first one.
    pub(crate) fn dynamic(strategy: &'static Strategy) -> &'static Site {
        let mut sites = DYNAMIC.lock().unwrap_or_else(PoisonError::into_inner);
        sites.entry(strategy.location).or_insert_with(|| {
            // One for each strategy in the program's text, so their number is bounded.
            let declaration = Declaration {
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
            };
            Box::leak(Box::new(Site::new(declaration, Box::leak(Box::new(Tally::new())))))
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
