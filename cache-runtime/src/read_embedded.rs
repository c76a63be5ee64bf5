//! The embedded store's part in reading an entry: a hit is answered before there is anything that outlasts a wait.

use std::any::Any;
use std::sync::Arc;

use crate::read::{Call, Entries, Sought};
use crate::transaction;

impl Entries<'_> {
    /// Puts a fresh value of the embedded store into `place`, which stays empty for the answer `None`. `true`: there was one, and
    /// it is counted. What has tags, or may be loaded anew early, is asked for in the usual way, like all that is no hit.
    pub(crate) fn embedded_hit(&self, sought: Sought<'_>, key: &[u8], place: &mut dyn Any) -> bool {
        let Sought { policy, coding, takes_none, tags } = sought;
        let Some(store) = self.cache.embedded() else { return false };
        // The hook makes each of the usual steps one on a server.
        #[cfg(feature = "__interleaving")]
        if crate::interleaving::hook().is_some() {
            return false;
        }
        if tags > 0 || policy.early_refresh_beta() > 0.0 || transaction::is_open() {
            return false;
        }
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
        let is_hit = found == Some(true) && kept.is_none_or(|kept| coding.copy(&kept, place));
        if is_hit {
            self.site.counters.hits.one();
        }
        is_hit
    }
}

impl Call<'_> {
    /// As [`Entries::embedded_hit`].
    pub(crate) fn embedded_hit(&self, place: &mut dyn Any) -> bool {
        let entries = Entries::new(self.site, self.cache, self.schema);
        entries.embedded_hit(self.sought(), self.key.as_bytes(), place)
    }
}
