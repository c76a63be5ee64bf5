//! What is invalidated now, or once the transaction around it is committed.

use super::{Invalidated, Target};
use crate::cache::Cache;
use crate::error::CacheError;
use crate::key::{Key, Pattern};
use crate::site::Site;
use crate::transaction;

/// Invalidates one key, after the commit of the transaction around this.
pub(crate) async fn invalidate_key(
    cache: &Cache,
    site: &'static Site,
    key: &Key,
) -> Result<Invalidated, CacheError> {
    if let Some(pending) = transaction::current() {
        pending.invalidate(Target::Key(cache.clone(), site, key.clone()));
        return Ok(Invalidated::Deferred);
    }
    invalidate_key_now(cache, site, key).await
}

async fn invalidate_key_now(
    cache: &Cache,
    site: &'static Site,
    key: &Key,
) -> Result<Invalidated, CacheError> {
    invalidate_keys_now(cache, &[site], std::slice::from_ref(key)).await
}

/// As many as one step takes: a server does nothing else meanwhile.
const AT_ONCE: usize = 256;

/// All of them within one deadline. Each has a site.
pub(super) async fn invalidate_keys_now(
    cache: &Cache,
    sites: &[&'static Site],
    keys: &[Key],
) -> Result<Invalidated, CacheError> {
    let Some(store) = cache.store() else { return Ok(Invalidated::Applied) };
    let guard = QueueOnDrop(|| {
        for key in keys {
            store.queue_key(key);
        }
    });
    let (mut budget, mut answer) = (cache.budget(), Ok(()));
    for keys in keys.chunks(AT_ONCE) {
        answer = store.invalidate(&mut budget, keys).await;
        if answer.is_err() {
            break;
        }
    }
    std::mem::forget(guard);
    sites.iter().for_each(|site| count(site, answer.is_ok()));
    match answer {
        Ok(()) => Ok(Invalidated::Applied),
        Err(error) if queue_keys(cache, sites, keys, &error) => Ok(Invalidated::Queued),
        Err(error) => Err(error),
    }
}

/// Gives whether there is a queue for them.
pub(super) fn queue_keys(cache: &Cache, sites: &[&'static Site], keys: &[Key], error: &CacheError) -> bool {
    let Some(store) = cache.store() else { return false };
    let mut queued = true;
    for (site, key) in sites.iter().zip(keys) {
        if store.queue_key(key) {
            site.queued(key.as_str(), error);
        } else {
            queued = false;
        }
    }
    queued
}

/// An invalidation whose caller goes away may not have been sent: it is queued, where the store has a queue.
struct QueueOnDrop<F: Fn()>(F);

impl<F: Fn()> Drop for QueueOnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Invalidates all keys of a pattern, after the commit of the transaction around this. Gives how many went.
pub(crate) async fn invalidate_pattern(
    cache: &Cache,
    site: &'static Site,
    pattern: &Pattern,
) -> Result<u64, CacheError> {
    if let Some(pending) = transaction::current() {
        pending.invalidate(Target::Pattern(cache.clone(), site, pattern.clone()));
        return Ok(0);
    }
    invalidate_pattern_now(cache, site, pattern).await
}

pub(super) async fn invalidate_pattern_now(
    cache: &Cache,
    site: &'static Site,
    pattern: &Pattern,
) -> Result<u64, CacheError> {
    let Some(store) = cache.store() else { return Ok(0) };
    let guard = QueueOnDrop(|| {
        store.queue_pattern(pattern);
    });
    let answer = store.invalidate_matching(pattern).await;
    std::mem::forget(guard);
    count(site, answer.is_ok());
    answer
}

fn count(site: &'static Site, applied: bool) {
    let counters = &site.counters;
    if applied { counters.invalidations() } else { counters.store_errors() }.one();
}
