//! Invalidation: what is told about it, and the guard that invalidates on every way out of a function.

mod now;
mod send;

pub(crate) use now::{invalidate_key, invalidate_pattern};
pub(crate) use send::{send, send_in_background};

use crate::cache::Cache;
use crate::declaration::Strategy;
use crate::entry::{Entry, EntryPattern};
use crate::key::{Key, Pattern, is_tag};
use crate::site::Site;
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
        matches!(self, Target::Key(ours, _, key) if is_tag(key.as_str()) && ours.is(cache))
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
