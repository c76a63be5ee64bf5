//! Invalidation: what is told about it, and the guard that invalidates on every way out of a function.

use crate::background::in_background;
use crate::cache::Cache;
use crate::entry::{Entry, EntryPattern};
use crate::error::CacheError;
use crate::key::{Key, Pattern};
use crate::policy::Strategy;
use crate::site::Site;
use crate::store::AnyStore;

/// What became of an invalidation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalidated {
    /// Done: no read that starts from now on gets a value from before.
    Applied,
    /// The store could not be told yet. It is told before this process trusts it again, and until then this process does not
    /// read what stands there. Other processes may, and the queue goes with this one: the TTL bounds both.
    Queued,
}

/// Invalidates one key.
pub(crate) async fn invalidate_key(
    cache: &Cache,
    site: &'static Site,
    key: &Key,
) -> Result<Invalidated, CacheError> {
    let Some(store) = cache.store() else { return Ok(Invalidated::Applied) };
    let guard = QueueOnDrop { store, key };
    let answer = store.invalidate(&mut cache.budget(), std::slice::from_ref(key)).await;
    std::mem::forget(guard);
    match counted(site, answer) {
        Err(error) if store.queue_key(key) => {
            site.queued(key.as_str(), &error);
            Ok(Invalidated::Queued)
        }
        answer => answer,
    }
}

/// An invalidation whose caller goes away may not have been sent.
struct QueueOnDrop<'a> {
    store: &'a AnyStore,
    key: &'a Key,
}

impl Drop for QueueOnDrop<'_> {
    fn drop(&mut self) {
        self.store.queue_key(self.key);
    }
}

/// Invalidates all keys of a pattern. Gives how many there were.
pub(crate) async fn invalidate_pattern(
    cache: &Cache,
    site: &'static Site,
    pattern: &Pattern,
) -> Result<u64, CacheError> {
    let Some(store) = cache.store() else { return Ok(0) };
    let mut count = 0;
    let answer = store.invalidate_matching(pattern).await.map(|keys| count = keys);
    counted(site, answer).map(|_| count)
}

fn counted(site: &'static Site, answer: Result<(), CacheError>) -> Result<Invalidated, CacheError> {
    match answer {
        Ok(()) => {
            site.counters.invalidations.one();
            Ok(Invalidated::Applied)
        }
        Err(error) => {
            site.counters.store_errors.one();
            Err(error)
        }
    }
}

/// The targets of one `#[cache_invalidate]`.
#[derive(Clone, Default)]
pub struct Invalidations {
    targets: Vec<Target>,
    on_success: bool,
}

#[derive(Clone)]
enum Target {
    Key(Cache, &'static Site, Key),
    Pattern(Cache, &'static Site, Pattern),
}

impl Invalidations {
    /// No targets yet.
    pub fn new() -> Invalidations {
        Invalidations::default()
    }

    /// Adds one entry.
    #[must_use]
    pub fn entry<V, K>(mut self, entry: &Entry<V, K>) -> Invalidations {
        let (cache, site, key) = entry.place();
        self.targets.push(Target::Key(cache.clone(), site, key.clone()));
        self
    }

    /// Adds all entries of a pattern.
    #[must_use]
    pub fn pattern(mut self, pattern: &EntryPattern) -> Invalidations {
        let (cache, site, pattern) = pattern.place();
        self.targets.push(Target::Pattern(cache.clone(), site, pattern.clone()));
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, cache: &Cache, strategy: &'static Strategy, tag: Key) -> Invalidations {
        self.targets.push(Target::Key(cache.clone(), Site::dynamic(strategy), tag));
        self
    }

    /// Only where the function succeeds.
    #[must_use]
    pub fn on_success(mut self) -> Invalidations {
        self.on_success = true;
        self
    }

    /// From here on every way out invalidates: an error does not mean that nothing was committed, nor does a panic or a
    /// caller that went away.
    pub fn arm(self) -> InvalidateGuard {
        InvalidateGuard { invalidations: Some(self) }
    }

    /// One after the other. A store that does not answer is waited for once: what else is for it is queued.
    async fn apply(self) {
        let mut silent: Vec<Cache> = Vec::new();
        for target in self.targets {
            if silent.iter().any(|cache| cache.is(target.cache())) {
                target.queue();
            } else {
                let cache = target.cache().clone();
                if target.apply().await.is_err() {
                    silent.push(cache);
                }
            }
        }
    }
}

impl Target {
    /// `Err`: the store could not be told, and it is not worth asking it for more within this call.
    async fn apply(self) -> Result<(), CacheError> {
        match self {
            Target::Key(cache, site, key) => match invalidate_key(&cache, site, &key).await? {
                Invalidated::Applied => Ok(()),
                Invalidated::Queued => Err(CacheError::DeadlineExceeded),
            },
            Target::Pattern(cache, site, pattern) => {
                let answer = invalidate_pattern(&cache, site, &pattern).await;
                if let Err(error) = &answer
                    && cache.store().is_some_and(|store| store.queue_pattern(&pattern))
                {
                    site.queued(pattern.as_str(), error);
                }
                answer.map(|_| ())
            }
        }
    }

    /// Without trying: after another target has found that the store does not answer.
    fn queue(&self) {
        let error = CacheError::DeadlineExceeded;
        match self {
            Target::Key(cache, site, key) => {
                if cache.store().is_some_and(|store| store.queue_key(key)) {
                    site.queued(key.as_str(), &error);
                }
            }
            Target::Pattern(cache, site, pattern) => {
                if cache.store().is_some_and(|store| store.queue_pattern(pattern)) {
                    site.queued(pattern.as_str(), &error);
                }
            }
        }
    }

    fn cache(&self) -> &Cache {
        match self {
            Target::Key(cache, ..) | Target::Pattern(cache, ..) => cache,
        }
    }
}

/// Invalidates when it is finished or dropped.
#[must_use]
pub struct InvalidateGuard {
    invalidations: Option<Invalidations>,
}

impl InvalidateGuard {
    /// The function has returned.
    pub async fn finish(mut self, succeeded: bool) {
        if let Some(these) = &mut self.invalidations
            && (succeeded || !these.on_success)
        {
            these.on_success = false;
            // A copy: a caller that is dropped in the middle leaves all of it to the guard. Twice is harmless.
            these.clone().apply().await;
        }
        self.invalidations = None;
    }
}

impl Drop for InvalidateGuard {
    fn drop(&mut self) {
        if let Some(invalidations) = self.invalidations.take().filter(|these| !these.on_success) {
            let runtime = invalidations.targets.iter().find_map(|target| target.cache().runtime()).cloned();
            in_background(runtime.as_ref(), invalidations.apply());
        }
    }
}
