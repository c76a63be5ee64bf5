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
    invalidate_keys_now(cache, &[site], std::slice::from_ref(key)).await.outcome
}

/// What became of keys that were sent.
pub(super) struct Sent {
    pub(super) outcome: Result<Invalidated, CacheError>,
    /// Whether the store has answered, be it that it refuses some of them.
    pub(super) answered: bool,
}

/// As many as one step takes: a server does nothing else meanwhile.
const AT_ONCE: usize = 256;

/// All of them within one deadline. Each has a site.
pub(super) async fn invalidate_keys_now(cache: &Cache, sites: &[&'static Site], keys: &[Key]) -> Sent {
    let Some(store) = cache.store() else {
        return Sent { outcome: Ok(Invalidated::Applied), answered: true };
    };
    let guard = QueueOnDrop(|| {
        for key in keys {
            store.queue_key(key);
        }
    });
    let (mut budget, mut left) = (cache.budget(), Vec::new());
    for from in (0..keys.len()).step_by(AT_ONCE) {
        let to = keys.len().min(from + AT_ONCE);
        match store.invalidate(&mut budget, &keys[from..to]).await {
            Ok(refused) => left.extend(refused.into_iter().map(|(at, error)| (from + at, error))),
            // Who does not answer is not asked for more.
            Err(error) => {
                left.extend((from..keys.len()).map(|at| (at, error.clone())));
                break;
            }
        }
    }
    std::mem::forget(guard);
    count(sites, &left);
    let mut queued = true;
    for (at, error) in &left {
        queued &= queue_key(cache, sites[*at], &keys[*at], error);
    }
    let answered = !left.iter().any(|(_, error)| error.is_silence());
    let outcome = match left.into_iter().next() {
        None => Ok(Invalidated::Applied),
        Some(_) if queued => Ok(Invalidated::Queued),
        Some((_, error)) => Err(error),
    };
    Sent { outcome, answered }
}

/// The keys that went, each for itself; and the step that was not taken for what is `left`, in their order, once for each function
/// that is concerned.
fn count(sites: &[&'static Site], left: &[(usize, CacheError)]) {
    let mut left = left.iter().map(|(at, _)| *at).peekable();
    let mut failed: Vec<&'static Site> = Vec::new();
    for (at, site) in sites.iter().enumerate() {
        if left.next_if_eq(&at).is_none() {
            site.counters.invalidations().one();
        } else if !failed.iter().any(|other| std::ptr::eq(*other, *site)) {
            site.counters.store_errors().one();
            failed.push(site);
        }
    }
}

/// Gives whether there is a queue for it.
pub(super) fn queue_key(cache: &Cache, site: &'static Site, key: &Key, error: &CacheError) -> bool {
    let queued = cache.store().is_some_and(|store| store.queue_key(key));
    if queued {
        site.queued(key.as_str(), error);
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

/// Invalidates all keys of a pattern, after the commit of the transaction around this. Gives how many went; with an error they
/// are queued, where the store has a queue.
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
    match &answer {
        Ok(_) => site.counters.invalidations().one(),
        Err(error) => {
            site.counters.store_errors().one();
            queue_pattern(cache, site, pattern, error);
        }
    }
    answer
}

pub(super) fn queue_pattern(cache: &Cache, site: &'static Site, pattern: &Pattern, error: &CacheError) {
    if cache.store().is_some_and(|store| store.queue_pattern(pattern)) {
        site.queued(pattern.as_str(), error);
    }
}
