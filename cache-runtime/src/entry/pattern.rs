//! All entries that a pattern names.

use std::fmt;

use crate::cache::Cache;
use crate::error::CacheError;
use crate::invalidate::invalidate_pattern;
use crate::key::Pattern;
use crate::site::Site;

/// All entries of a declaration whose key fits a pattern.
#[must_use = "a pattern does nothing by itself; call `invalidate`"]
#[derive(Clone)]
pub struct EntryPattern {
    cache: Cache,
    site: &'static Site,
    pattern: Pattern,
}

impl EntryPattern {
    pub(crate) fn new(cache: &Cache, site: &'static Site, pattern: Pattern) -> EntryPattern {
        EntryPattern { cache: cache.clone(), site, pattern }
    }

    /// The pattern over keys.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    pub(crate) fn place(&self) -> (&Cache, &'static Site, &Pattern) {
        (&self.cache, self.site, &self.pattern)
    }

    /// Invalidates all entries of the pattern; gives how many keys went: inside of a
    /// [transaction](crate::AfterCommit::scope) none yet, so 0.
    ///
    /// On a server this scans the keys, all of them, in batches: it is for rare events, not for each write.
    ///
    /// # Errors
    ///
    /// Where the store could not be told about all of them. It is then told before this process trusts it again, and until then
    /// this process does not read what the pattern names; others may.
    pub async fn invalidate(&self) -> Result<u64, CacheError> {
        invalidate_pattern(&self.cache, self.site, &self.pattern).await
    }
}

impl fmt::Display for EntryPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pattern.fmt(f)
    }
}

impl fmt::Debug for EntryPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EntryPattern").field(&self.pattern.as_str()).finish()
    }
}
