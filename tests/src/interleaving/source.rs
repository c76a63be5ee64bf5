//! A model of the source: a value a key that only grows, and the floor that completed changes raise.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::executor::point;
use super::{At, KEYS, PROCESSES};

/// The source, and what is known about it.
#[derive(Debug, Default)]
pub struct Source {
    keys: [Mutex<State>; KEYS],
}

#[derive(Debug, Default)]
struct State {
    value: i64,
    /// The largest value that a completed change is known to have reached: no read that begins now may return less.
    floor: i64,
    loads: u64,
    running: [u64; PROCESSES],
    most_running: u64,
    /// Whether a transaction has changed it: others wait for its end.
    locked: bool,
    /// How many reads a commit waits for.
    reads_ahead_of_a_commit: u64,
}

impl Source {
    fn state(&self, key: usize) -> MutexGuard<'_, State> {
        self.keys[key].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value as it is now.
    #[must_use]
    pub fn value(&self, key: usize) -> i64 {
        self.state(key).value
    }

    /// No read that begins now may return less.
    #[must_use]
    pub fn floor(&self, key: usize) -> i64 {
        self.state(key).floor
    }

    /// A change up to `value` is complete.
    pub fn raise_floor(&self, key: usize, value: i64) {
        let mut state = self.state(key);
        state.floor = state.floor.max(value);
    }

    /// How many loads have begun.
    #[must_use]
    pub fn loads(&self, key: usize) -> u64 {
        self.state(key).loads
    }

    /// The largest number of loads that ran at the same time in one process.
    #[must_use]
    pub fn most_running(&self, key: usize) -> u64 {
        self.state(key).most_running
    }

    /// From now on nobody commits before so many reads are done.
    pub fn hold(&self, key: usize, reads: u64) {
        self.state(key).reads_ahead_of_a_commit = reads;
    }

    /// A read is done.
    pub fn read_is_done(&self, key: usize) {
        let mut state = self.state(key);
        state.reads_ahead_of_a_commit = state.reads_ahead_of_a_commit.saturating_sub(1);
    }

    /// What a loader does.
    ///
    /// # Errors
    ///
    /// Where it is meant to fail.
    pub async fn load(&self, at: At, fails: bool) -> Result<i64, String> {
        let _running = Running::begin(self, at);
        point("read the source").await;
        let value = self.value(at.key);
        point("return from the source").await;
        if fails { Err("the source is down".to_owned()) } else { Ok(value) }
    }

    /// What a writer does. The error holds the value too: it is committed, and the writer is not told.
    ///
    /// # Errors
    ///
    /// Where it is meant to fail.
    pub async fn commit(&self, key: usize, fails: bool) -> Result<i64, i64> {
        while self.state(key).reads_ahead_of_a_commit > 0 {
            point("wait for all reads").await;
        }
        let value = Transaction::begin(self, key, "commit").await.end(true);
        point("return from the commit").await;
        if fails { Err(value) } else { Ok(value) }
    }

    /// Begins a transaction that changes a value.
    pub async fn begin(&self, key: usize) -> Transaction<'_> {
        Transaction::begin(self, key, "lock the row").await
    }
}

/// A transaction that has changed a value, which nobody else sees before it is committed. Dropped, it is rolled back.
pub struct Transaction<'a> {
    source: &'a Source,
    key: usize,
}

impl<'a> Transaction<'a> {
    async fn begin(source: &'a Source, key: usize, step: &'static str) -> Transaction<'a> {
        loop {
            point(step).await;
            if !std::mem::replace(&mut source.state(key).locked, true) {
                return Transaction { source, key };
            }
        }
    }

    /// The value, as it is in the transaction.
    #[must_use]
    pub fn value(&self) -> i64 {
        self.source.value(self.key) + 1
    }

    /// Commits, or rolls back. Gives the value.
    pub async fn finish(self, commits: bool) -> i64 {
        point(if commits { "commit the transaction" } else { "roll back" }).await;
        let value = self.end(commits);
        point("return from the transaction's end").await;
        value
    }

    fn end(self, commits: bool) -> i64 {
        let value = {
            let mut state = self.source.state(self.key);
            state.value += i64::from(commits);
            state.value
        };
        drop(self);
        value
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        self.source.state(self.key).locked = false;
    }
}

/// A load that runs; dropped, it does not any more.
struct Running<'a>(&'a Source, At);

impl Running<'_> {
    fn begin(source: &Source, at: At) -> Running<'_> {
        let mut state = source.state(at.key);
        state.loads += 1;
        state.running[at.process] += 1;
        state.most_running = state.most_running.max(state.running[at.process]);
        drop(state);
        Running(source, at)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let Running(source, at) = self;
        source.state(at.key).running[at.process] -= 1;
    }
}
