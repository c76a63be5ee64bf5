//! Takes away what is too large to be read.
//!
//! All calls share one connection. A value of some hundred megabytes that somebody else put at a key holds up all of them
//! each time that the key is read, and is never there within the deadline; so it could not be replaced by the read that finds
//! it to be no record. The server is asked for its length instead, beside the reads, and removes it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::background::in_background;
use crate::cache::Cache;
use crate::key::Key;

/// What a record has beside its value, and more.
const HEADER_ROOM: usize = 64 << 10;

/// Whether somebody looks at the moment: one key at a time is enough, as the next late read looks again.
#[derive(Default)]
pub(crate) struct Shedding(AtomicBool);

/// A read was not answered in time: perhaps because of what stands at its key.
pub(crate) fn look_whether_too_large(cache: &Cache, key: &Key) {
    if cache.shedding().0.swap(true, Ordering::Relaxed) {
        return;
    }
    let guard = Looking(cache.clone());
    let (cache, key) = (cache.clone(), key.clone());
    let most = cache.settings().max_value_bytes.saturating_add(HEADER_ROOM);
    in_background(cache.runtime().cloned().as_ref(), async move {
        let _guard = guard;
        let Some(store) = cache.store() else { return };
        // Where it fails, the next late read asks again.
        if let Ok(true) = store.shed(&mut cache.budget(), &key, most).await {
            tracing::warn!(%key, most, "what stood at a key of the cache was larger than anything that is stored here, and was removed");
        }
    });
}

struct Looking(Cache);

impl Drop for Looking {
    fn drop(&mut self) {
        self.0.shedding().0.store(false, Ordering::Relaxed);
    }
}
