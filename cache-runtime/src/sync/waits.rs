//! Which thread loads what, and which waits for it: a thread must not wait for itself, nor in a circle with others.
//!
//! A circle closes with the wait of its last thread. Each thread in it says what it loads before it loads, and what it waits for
//! before it waits, so that the last one finds all the others here (Coffman, Elphick, Shoshani, "System Deadlocks", 1971).

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use crate::cache::Cache;
use crate::call::Call;
use crate::key::Key;

/// An entry in this process.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct EntryId {
    cache: usize,
    key: Key,
}

impl EntryId {
    pub(super) fn of(call: Call<'_>) -> EntryId {
        EntryId { cache: Cache::address(call.cache), key: call.key.clone() }
    }
}

#[derive(Default)]
struct Waits {
    loads: HashMap<EntryId, Vec<ThreadId>, foldhash::fast::RandomState>,
    waits: HashMap<ThreadId, EntryId, foldhash::fast::RandomState>,
}

static WAITS: LazyLock<Mutex<Waits>> = LazyLock::new(Mutex::default);

fn waits() -> MutexGuard<'static, Waits> {
    WAITS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// This thread loads, until it is dropped.
pub(super) struct Loading(EntryId);

impl Loading {
    pub(super) fn new(entry: EntryId) -> Loading {
        waits().loads.entry(entry.clone()).or_default().push(thread::current().id());
        Loading(entry)
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        let mut waits = waits();
        if let Some(threads) = waits.loads.get_mut(&self.0) {
            let here = thread::current().id();
            if let Some(at) = threads.iter().position(|thread| *thread == here) {
                threads.swap_remove(at);
            }
            if threads.is_empty() {
                waits.loads.remove(&self.0);
            }
        }
    }
}

/// Whether a thread loads it. What a task loads may need this very thread to go on.
pub(super) fn is_loaded_by_a_thread(entry: &EntryId) -> bool {
    waits().loads.contains_key(entry)
}

/// This thread waits, until it is dropped.
pub(super) struct Waiting(Option<EntryId>);

impl Waiting {
    /// `None`: it would wait for itself.
    pub(super) fn new(entry: &EntryId) -> Option<Waiting> {
        let here = thread::current().id();
        let mut waits = waits();
        if waits.leads_to(entry, here) {
            return None;
        }
        Some(Waiting(waits.waits.insert(here, entry.clone())))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let (mut waits, here) = (waits(), thread::current().id());
        match self.0.take() {
            Some(before) => waits.waits.insert(here, before),
            None => waits.waits.remove(&here),
        };
    }
}

impl Waits {
    /// Whether who loads `entry`, or whom that one waits for in turn, is `thread`.
    fn leads_to(&self, entry: &EntryId, thread: ThreadId) -> bool {
        let (mut known, mut open) = (Vec::new(), vec![entry]);
        while let Some(entry) = open.pop() {
            for loader in self.loads.get(entry).into_iter().flatten() {
                if *loader == thread {
                    return true;
                }
                if !known.contains(loader) {
                    known.push(*loader);
                    open.extend(self.waits.get(loader));
                }
            }
        }
        false
    }
}
