//! The embedded store's part in reading an entry: a hit is answered before there is anything that outlasts a wait.

use std::any::Any;
use std::sync::Arc;

use crate::cache::Cache;
use crate::call::{Call, Entries, Sought};
use crate::policy::Policy;
use crate::store::memory::MemoryStore;
use crate::transaction;

/// The store whose values answer at once, if the cache is one. What may be loaded anew early is asked for in the usual way, and so
/// is all inside of a transaction, as what that has changed has to be looked at first.
pub(crate) fn embedded<'a>(cache: &'a Cache, policy: &Policy) -> Option<&'a MemoryStore> {
    let store = cache.embedded()?;
    // The hook makes each of the usual steps one on a server.
    #[cfg(feature = "__interleaving")]
    if crate::interleaving::hook().is_some() {
        return None;
    }
    (policy.early_refresh_beta() <= 0.0 && !transaction::is_open()).then_some(store)
}

impl Entries<'_> {
    /// Puts a fresh value of the embedded store into `place`, which stays empty for the answer `None`. `true`: there was one, and
    /// it is counted. What has tags is asked for in the usual way, like all that is no hit. A hit is remembered for who asks with
    /// the same `brief`.
    pub(crate) fn embedded_hit(&self, sought: Sought<'_>, key: &[u8], place: &mut dyn Any) -> bool {
        let Sought { policy, coding, takes_none, tags, brief } = sought;
        let Some(store) = embedded(self.cache, policy).filter(|_| tags == 0) else { return false };
        // What is no `Arc` is cloned by code of its user's, which may ask the store in turn: not here, under its lock.
        let is_arc = self.schema.form.is_some();
        let mut kept = None;
        let found = store.value(key, |header, value, now| {
            let life = header.life();
            if now >= life.fresh_until || header.tags.is_some() || (life.none && !takes_none) {
                return false;
            }
            if life.none {
                return true;
            }
            if is_arc {
                return coding.copy(value, place);
            }
            kept = Some(Arc::clone(value));
            true
        });
        let Some((true, standing)) = found else { return false };
        if kept.as_ref().is_some_and(|kept| !coding.copy(kept, place)) {
            return false;
        }
        if let Some(question) = brief.and_then(|brief| self.question(brief)) {
            let value = || kept.or_else(|| self.schema.form.and_then(|form| form.kept(place)));
            store.remember(question, standing, value);
        }
        self.site.counters.hits().one();
        true
    }
}

impl Call<'_> {
    /// As [`Entries::embedded_hit`].
    pub(crate) fn embedded_hit(&self, place: &mut dyn Any) -> bool {
        let entries = Entries::new(self.site, self.cache, self.schema);
        entries.embedded_hit(self.sought(), self.key.as_bytes(), place)
    }
}
