//! Invalidations that could not be sent: kept, made up for before the store is trusted again, and until then honoured by
//! this process, which does not read what they name.
//!
//! Only removals wait here, never values. A process that dies takes its backlog along; the TTL bounds what that leaves.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::key::{Key, Pattern};
use crate::store::Queue;

/// So many keys are kept one by one. More collapse into clears of their namespaces.
const MOST: usize = 10_000;

/// Likewise of patterns: each read is held against all of them, and each takes a scan of its own to make up for.
const MOST_PATTERNS: usize = 32;

#[derive(Default)]
pub(crate) struct Backlog {
    lists: Mutex<Lists>,
    /// Whether anything is pending: looked at by every read.
    any: AtomicBool,
}

#[derive(Default)]
struct Lists {
    pending: Pending,
    /// What is being made up for at the moment. The same key may be added again meanwhile: that is pending once more.
    replaying: Pending,
}

#[derive(Default)]
struct Pending {
    keys: HashSet<Key>,
    patterns: Vec<Pattern>,
    namespaces: BTreeSet<String>,
}

/// What is made up for in one go.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    Keys(Vec<Key>),
    Pattern(Pattern),
    Namespace(String),
}

impl Backlog {
    fn add(&self, add: impl FnOnce(&mut Pending)) {
        let mut lists = self.lists();
        add(&mut lists.pending);
        lists.pending.bound();
        self.any.store(true, Ordering::SeqCst);
    }

    /// Whether nothing is to be read at this key until the backlog is made up for.
    #[inline]
    pub(crate) fn covers(&self, key: &Key) -> bool {
        self.any.load(Ordering::SeqCst) && {
            let lists = self.lists();
            lists.pending.covers(key) || lists.replaying.covers(key)
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.any.load(Ordering::SeqCst)
    }

    /// All that is to be made up for now.
    pub(super) fn begin(&self) -> Vec<Target> {
        let mut lists = self.lists();
        let pending = std::mem::take(&mut lists.pending);
        lists.replaying.merge(pending);
        lists.replaying.targets()
    }

    /// What was begun is made up for, but for what is left.
    pub(super) fn finish(&self, left: Vec<Target>) {
        let mut lists = self.lists();
        lists.replaying = Pending::default();
        left.into_iter().for_each(|target| lists.pending.add(target));
        lists.pending.bound();
        self.any.store(!lists.pending.is_empty(), Ordering::SeqCst);
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue for Backlog {
    fn key(&self, key: &Key) {
        self.add(|pending| {
            pending.keys.insert(key.clone());
        });
    }

    fn pattern(&self, pattern: &Pattern) {
        self.add(|pending| pending.add_pattern(pattern.clone()));
    }
}

impl Pending {
    fn covers(&self, key: &Key) -> bool {
        self.keys.contains(key)
            || self.namespaces.contains(namespace(key.as_str()))
            || self.patterns.iter().any(|pattern| pattern.matches(key.as_str()))
    }

    fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.patterns.is_empty() && self.namespaces.is_empty()
    }

    fn merge(&mut self, other: Pending) {
        self.keys.extend(other.keys);
        self.namespaces.extend(other.namespaces);
        other.patterns.into_iter().for_each(|pattern| self.add_pattern(pattern));
        self.bound();
    }

    /// One that is there already is no second one: while a node is down it comes back from each replay.
    fn add_pattern(&mut self, pattern: Pattern) {
        if !self.patterns.contains(&pattern) {
            self.patterns.push(pattern);
        }
    }

    fn add(&mut self, target: Target) {
        match target {
            Target::Keys(keys) => self.keys.extend(keys),
            Target::Pattern(pattern) => self.add_pattern(pattern),
            Target::Namespace(namespace) => {
                self.namespaces.insert(namespace);
            }
        }
    }

    fn bound(&mut self) {
        if self.keys.len() > MOST {
            let keys = self.keys.drain().map(|key| namespace(key.as_str()).to_owned());
            self.namespaces.extend(keys);
        }
        if self.patterns.len() > MOST_PATTERNS {
            let patterns = self.patterns.drain(..).map(|pattern| namespace(pattern.as_str()).to_owned());
            self.namespaces.extend(patterns);
        }
    }

    fn targets(&self) -> Vec<Target> {
        let keys = (!self.keys.is_empty()).then(|| Target::Keys(self.keys.iter().cloned().collect()));
        let patterns = self.patterns.iter().cloned().map(Target::Pattern);
        let namespaces = self.namespaces.iter().cloned().map(Target::Namespace);
        keys.into_iter().chain(patterns).chain(namespaces).collect()
    }
}

fn namespace(key: &str) -> &str {
    key.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Any;

    fn key(id: u64) -> Key {
        Key::build("one", ("key", id))
    }

    // Bites: fails without `lists.replaying.covers(key)` in Backlog::covers (store/redis/backlog.rs).
    // Bites: fails without `Some(_) if is_tag(key) => false` in Pattern::matches (key/pattern.rs).
    #[test]
    fn what_is_pending_is_covered_until_it_is_made_up_for() {
        let backlog = Backlog::default();
        assert!(backlog.is_empty() && !backlog.covers(&key(1)));
        backlog.key(&key(1));
        backlog.pattern(&Key::pattern("one", ("list", Any)));
        assert!(backlog.covers(&key(1)) && !backlog.covers(&key(2)));
        assert!(backlog.covers(&Key::build("one", ("list", 7))));
        assert!(!backlog.covers(&Key::build("two", ("key", 1))));
        assert!(!backlog.covers(&Key::tag("one", ("list",))));
        assert_eq!(backlog.begin().len(), 2);
        assert!(backlog.covers(&key(1)), "not yet");
        backlog.finish(Vec::new());
        assert!(backlog.is_empty() && !backlog.covers(&key(1)));
    }

    #[test]
    fn what_comes_again_during_the_replay_is_pending_again() {
        let backlog = Backlog::default();
        backlog.key(&key(1));
        backlog.begin();
        backlog.key(&key(1));
        backlog.finish(Vec::new());
        assert!(backlog.covers(&key(1)));
        assert_eq!(backlog.begin(), [Target::Keys(vec![key(1)])]);
    }

    #[test]
    fn what_the_server_refuses_stays() {
        let backlog = Backlog::default();
        backlog.key(&key(1));
        backlog.pattern(&Key::pattern("one", ("list", Any)));
        backlog.begin();
        backlog.finish(vec![Target::Pattern(Key::pattern("one", ("list", Any)))]);
        assert!(!backlog.covers(&key(1)) && backlog.covers(&Key::build("one", ("list", 7))));
    }

    // Bites: fails without `contains(…)` in Pending::add_pattern (store/redis/backlog.rs).
    #[test]
    fn one_pattern_stays_one_however_often_its_replay_fails() {
        let (backlog, pattern) = (Backlog::default(), Key::pattern("one", ("list", Any)));
        backlog.pattern(&pattern);
        for _ in 0..=MOST_PATTERNS {
            let targets = backlog.begin();
            assert_eq!(targets, [Target::Pattern(pattern.clone())]);
            // Somebody changes a list once more, meanwhile and after that.
            backlog.pattern(&pattern);
            backlog.finish(targets);
            backlog.pattern(&pattern);
        }
    }

    #[test]
    fn a_replay_that_failed_is_begun_again() {
        let backlog = Backlog::default();
        backlog.key(&key(1));
        backlog.begin();
        backlog.key(&key(2));
        let Some(Target::Keys(keys)) = backlog.begin().pop() else {
            return assert!(backlog.is_empty(), "keys");
        };
        assert_eq!(keys.len(), 2);
    }

    // Bites: fails without `lists.pending.bound()` in Backlog::add (store/redis/backlog.rs).
    #[test]
    fn too_many_collapse_into_their_namespaces() {
        let backlog = Backlog::default();
        for id in 0..=MOST as u64 {
            backlog.key(&key(id));
        }
        assert_eq!(backlog.begin(), [Target::Namespace("one".into())]);
        assert!(backlog.covers(&key(u64::MAX)));
        assert!(!backlog.covers(&Key::build("two", (1,))));
    }

    // Bites: fails without the second `if` in Pending::bound (store/redis/backlog.rs).
    #[test]
    fn too_many_patterns_do_too() {
        let backlog = Backlog::default();
        backlog.key(&key(1));
        let pattern = |id: usize| Key::pattern("two", (id, Any));
        (0..MOST_PATTERNS).for_each(|id| backlog.pattern(&pattern(id)));
        assert!(!backlog.covers(&Key::build("two", (MOST_PATTERNS, 1))));
        backlog.pattern(&pattern(MOST_PATTERNS));
        assert!(backlog.covers(&Key::build("two", (u64::MAX, 1))));
        assert_eq!(backlog.begin(), [Target::Keys(vec![key(1)]), Target::Namespace("two".into())]);
    }
}
