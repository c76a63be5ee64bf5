//! Many invalidations at once.

use super::now::{invalidate_keys_now, invalidate_pattern_now, queue_key, queue_pattern};
use super::{Invalidated, Target};
use crate::background::in_background;
use crate::cache::Cache;
use crate::error::CacheError;
use crate::key::{Key, Pattern};
use crate::site::Site;

/// What is for one cache is sent together. A store that does not answer is waited for once, and is `silent` then: what else is
/// for it is queued.
pub(crate) async fn send(targets: Vec<Target>, silent: &mut Vec<Cache>) -> Invalidated {
    let mut all = Invalidated::Applied;
    for parcel in parcels(targets) {
        let mut answers = !silent.iter().any(|cache| cache.is(&parcel.cache));
        if !parcel.send(&mut answers).await {
            all = Invalidated::Queued;
        }
        if !answers {
            silent.push(parcel.cache);
        }
    }
    all
}

/// What is for one cache: all keys in one step, and each pattern in its own.
struct Parcel {
    cache: Cache,
    /// One for each key.
    sites: Vec<&'static Site>,
    keys: Vec<Key>,
    patterns: Vec<(&'static Site, Pattern)>,
}

fn parcels(targets: Vec<Target>) -> Vec<Parcel> {
    let mut parcels: Vec<Parcel> = Vec::new();
    for target in targets {
        let at = parcels.iter().position(|parcel| parcel.cache.is(target.cache())).unwrap_or(parcels.len());
        if at == parcels.len() {
            let cache = target.cache().clone();
            parcels.push(Parcel { cache, sites: Vec::new(), keys: Vec::new(), patterns: Vec::new() });
        }
        match target {
            Target::Key(_, site, key) => {
                parcels[at].sites.push(site);
                parcels[at].keys.push(key);
            }
            Target::Pattern(_, site, pattern) => parcels[at].patterns.push((site, pattern)),
        }
    }
    parcels
}

impl Parcel {
    /// Gives whether all of it was applied; where the store does not answer any more, what is left is queued.
    async fn send(&self, answers: &mut bool) -> bool {
        let mut applied = *answers;
        if *answers {
            let sent = invalidate_keys_now(&self.cache, &self.sites, &self.keys).await;
            (applied, *answers) = (sent.outcome == Ok(Invalidated::Applied), sent.answered);
        } else {
            for (site, key) in self.sites.iter().zip(&self.keys) {
                queue_key(&self.cache, site, key, &CacheError::DeadlineExceeded);
            }
        }
        for (site, pattern) in &self.patterns {
            if !*answers {
                queue_pattern(&self.cache, site, pattern, &CacheError::DeadlineExceeded);
                applied = false;
            } else if let Err(error) = invalidate_pattern_now(&self.cache, site, pattern).await {
                (applied, *answers) = (false, !error.is_silence());
            }
        }
        applied
    }
}

/// The same where nobody waits for it.
pub(crate) fn send_in_background(targets: Vec<Target>) {
    let runtime = targets.iter().find_map(|target| target.cache().runtime()).cloned();
    if !targets.is_empty() {
        in_background(runtime.as_ref(), async move {
            send(targets, &mut Vec::new()).await;
        });
    }
}
