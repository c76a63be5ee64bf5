//! Many invalidations at once.

use super::now::{invalidate_keys_now, invalidate_pattern_now};
use super::{Invalidated, Target};
use crate::background::in_background;
use crate::cache::Cache;
use crate::error::CacheError;
use crate::key::{Key, Pattern};
use crate::site::Site;

/// The keys of each cache together, then one pattern after the other. A store that does not answer is waited for once, and is
/// `silent` then: what else is for it is queued.
pub(crate) async fn send(targets: Vec<Target>, silent: &mut Vec<Cache>) -> Invalidated {
    let (mut steps, mut patterns) = (Vec::<Step>::new(), Vec::new());
    for target in targets {
        match target {
            Target::Key(cache, site, key) => match steps.iter_mut().find(|step| step.cache.is(&cache)) {
                Some(step) => step.add(site, key),
                None => steps.push(Step { cache, what: What::Keys(vec![site], vec![key]) }),
            },
            Target::Pattern(cache, site, pattern) => {
                patterns.push(Step { cache, what: What::Pattern(site, pattern) });
            }
        }
    }
    let mut all = Invalidated::Applied;
    for step in steps.into_iter().chain(patterns) {
        if silent.iter().any(|cache| cache.is(&step.cache)) {
            step.queue(&CacheError::DeadlineExceeded);
        } else if step.apply().await {
            continue;
        } else {
            silent.push(step.cache);
        }
        all = Invalidated::Queued;
    }
    all
}

/// What is sent to one store at a time.
struct Step {
    cache: Cache,
    what: What,
}

enum What {
    /// A site for each key.
    Keys(Vec<&'static Site>, Vec<Key>),
    Pattern(&'static Site, Pattern),
}

impl Step {
    fn add(&mut self, site: &'static Site, key: Key) {
        if let What::Keys(sites, keys) = &mut self.what {
            sites.push(site);
            keys.push(key);
        }
    }

    /// `false`: the store could not be told, and it is not worth asking it for more within this call.
    async fn apply(&self) -> bool {
        match &self.what {
            What::Keys(sites, keys) => {
                invalidate_keys_now(&self.cache, sites, keys).await == Ok(Invalidated::Applied)
            }
            What::Pattern(site, pattern) => {
                let answer = invalidate_pattern_now(&self.cache, site, pattern).await;
                if let Err(error) = &answer {
                    self.queue(error);
                }
                answer.is_ok()
            }
        }
    }

    fn queue(&self, error: &CacheError) {
        let Some(store) = self.cache.store() else { return };
        match &self.what {
            What::Keys(sites, keys) => {
                for (site, key) in sites.iter().zip(keys).filter(|(_, key)| store.queue_key(key)) {
                    site.queued(key.as_str(), error);
                }
            }
            What::Pattern(site, pattern) => {
                if store.queue_pattern(pattern) {
                    site.queued(pattern.as_str(), error);
                }
            }
        }
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
