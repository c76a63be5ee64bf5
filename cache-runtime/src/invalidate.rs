//! Invalidation: what is told about it, and the guard that invalidates on every way out of a function.

use crate::background::in_background;
use crate::cache::Cache;
use crate::declaration::Strategy;
use crate::entry::{Entry, EntryPattern};
use crate::error::CacheError;
use crate::key::{Key, Pattern};
use crate::site::Site;
use crate::store::AnyStore;
use crate::transaction;

/// What became of an invalidation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalidated {
    /// Done: no read that starts from now on gets a value from before.
    Applied,
    /// The store could not be told yet. It is told before this process trusts it again, and until then this process does not
    /// read what stands there. Other processes may, and the queue goes with this one: the TTL bounds both.
    Queued,
    /// Nothing yet: the store is told once the transaction around this is committed. See
    /// [`AfterCommit::scope`](crate::AfterCommit::scope).
    Deferred,
}

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

async fn invalidate_pattern_now(
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
            site.counters.invalidations().one();
            Ok(Invalidated::Applied)
        }
        Err(error) => {
            site.counters.store_errors().one();
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

/// What is invalidated, and where.
#[derive(Clone)]
pub(crate) enum Target {
    /// An entry's, or a tag's.
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
    pub fn entry<V, K>(mut self, entry: &impl AsRef<Entry<V, K>>) -> Invalidations {
        self.targets.push(Target::entry(entry.as_ref()));
        self
    }

    /// Adds all entries of a pattern.
    #[must_use]
    pub fn pattern(mut self, pattern: &impl AsRef<EntryPattern>) -> Invalidations {
        self.targets.push(Target::pattern(pattern.as_ref()));
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, cache: &Cache, strategy: &'static Strategy, tag: Key) -> Invalidations {
        self.targets.push(Target::tag(cache, strategy, tag));
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
        if let Some(pending) = transaction::current() {
            // What the body is about to change is not to be read from the cache inside of this transaction.
            self.targets.iter().cloned().for_each(|target| pending.expect(target));
        }
        InvalidateGuard { invalidations: Some(self) }
    }

    /// Leaves it to the transaction around this, if there is one; else gives what is to be sent.
    fn or_defer(self) -> Vec<Target> {
        match transaction::current() {
            Some(pending) => {
                self.targets.into_iter().for_each(|target| pending.invalidate(target));
                Vec::new()
            }
            None => self.targets,
        }
    }
}

/// One after the other. A store that does not answer is waited for once, and is `silent` then: what else is for it is queued.
pub(crate) async fn send(targets: Vec<Target>, silent: &mut Vec<Cache>) -> Invalidated {
    let mut all = Invalidated::Applied;
    for target in targets {
        if silent.iter().any(|cache| cache.is(target.cache())) {
            target.queue();
        } else {
            let cache = target.cache().clone();
            if target.apply().await.is_ok() {
                continue;
            }
            silent.push(cache);
        }
        all = Invalidated::Queued;
    }
    all
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

impl Target {
    pub(crate) fn entry<V, K>(entry: &Entry<V, K>) -> Target {
        let (cache, site, key) = entry.place();
        Target::Key(cache.clone(), site, key.clone())
    }

    pub(crate) fn pattern(pattern: &EntryPattern) -> Target {
        let (cache, site, pattern) = pattern.place();
        Target::Pattern(cache.clone(), site, pattern.clone())
    }

    pub(crate) fn tag(cache: &Cache, strategy: &'static Strategy, tag: Key) -> Target {
        Target::Key(cache.clone(), Site::dynamic(strategy), tag)
    }

    /// `Err`: the store could not be told, and it is not worth asking it for more within this call.
    async fn apply(self) -> Result<(), CacheError> {
        match self {
            Target::Key(cache, site, key) => match invalidate_key_now(&cache, site, &key).await? {
                Invalidated::Applied | Invalidated::Deferred => Ok(()),
                Invalidated::Queued => Err(CacheError::DeadlineExceeded),
            },
            Target::Pattern(cache, site, pattern) => {
                let answer = invalidate_pattern_now(&cache, site, &pattern).await;
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

    pub(crate) fn cache(&self) -> &Cache {
        match self {
            Target::Key(cache, ..) | Target::Pattern(cache, ..) => cache,
        }
    }

    /// Whether both invalidate the same.
    pub(crate) fn is(&self, other: &Target) -> bool {
        self.cache().is(other.cache())
            && match (self, other) {
                (Target::Key(_, _, one), Target::Key(_, _, other)) => one == other,
                (Target::Pattern(_, _, one), Target::Pattern(_, _, other)) => one.as_str() == other.as_str(),
                _ => false,
            }
    }

    /// Whether it invalidates this key alone.
    pub(crate) fn is_key(&self, cache: &Cache, key: &Key) -> bool {
        matches!(self, Target::Key(ours, _, one) if one == key && ours.is(cache))
    }

    /// Whether it invalidates this key.
    pub(crate) fn covers(&self, cache: &Cache, key: &Key) -> bool {
        match self {
            Target::Key(..) => self.is_key(cache, key),
            Target::Pattern(ours, _, pattern) => ours.is(cache) && pattern.matches(key.as_str()),
        }
    }

    /// Whether it invalidates a tag, and with it entries that only their records name.
    pub(crate) fn is_tag_of(&self, cache: &Cache) -> bool {
        matches!(self, Target::Key(ours, _, key) if key.as_str().contains(":#tag") && ours.is(cache))
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
            send(these.clone().or_defer(), &mut Vec::new()).await;
        }
        self.invalidations = None;
    }
}

impl Drop for InvalidateGuard {
    fn drop(&mut self) {
        if let Some(invalidations) = self.invalidations.take().filter(|these| !these.on_success) {
            send_in_background(invalidations.or_defer());
        }
    }
}
