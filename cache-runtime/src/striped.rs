//! Counters whose threads do not wait for each other: at a near hit, which takes some ten nanoseconds, two threads on one counter
//! would spend most of their time on it, and even one would spend much of it on a locked instruction. And thousands who are woken by
//! one load all count at once.

use std::cell::Cell as Local;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// So many counters: a row of them for each of some threads, and one for all that come after them.
#[derive(Debug)]
pub(crate) struct Striped<const COUNTERS: usize> {
    owned: [Row<COUNTERS>; OWNED],
    shared: Row<COUNTERS>,
}

/// So many threads at a time have rows of their own.
const OWNED: usize = 15;

/// In cache lines of its own, and the ones beside them that processors fetch along.
#[derive(Debug)]
#[repr(align(128))]
struct Row<const COUNTERS: usize>([AtomicU64; COUNTERS]);

/// One of the counters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counter<'a, const COUNTERS: usize> {
    all: &'a Striped<COUNTERS>,
    at: usize,
}

impl<const COUNTERS: usize> Striped<COUNTERS> {
    pub(crate) const fn new() -> Self {
        Striped { owned: [const { Row::new() }; OWNED], shared: Row::new() }
    }

    /// The one of this index, which is below `COUNTERS`.
    #[inline]
    pub(crate) fn at(&self, at: usize) -> Counter<'_, COUNTERS> {
        Counter { all: self, at }
    }
}

impl<const COUNTERS: usize> Row<COUNTERS> {
    const fn new() -> Self {
        Row([const { AtomicU64::new(0) }; COUNTERS])
    }
}

impl<const COUNTERS: usize> Counter<'_, COUNTERS> {
    #[inline]
    pub(crate) fn one(self) {
        self.add(1);
    }

    #[inline]
    pub(crate) fn add(self, count: u64) {
        match self.all.owned.get(MINE.get()) {
            Some(row) => add(&row.0[self.at], count),
            None => self.add_elsewhere(count),
        }
    }

    /// For a thread that has no place yet, or gets none, or is ending and has none any more.
    #[cold]
    fn add_elsewhere(self, count: u64) {
        if MINE.get() == UNKNOWN {
            let taken = PLACE.try_with(|place| place.0).unwrap_or(OWNED);
            MINE.set(taken);
        }
        match self.all.owned.get(MINE.get()) {
            Some(row) => add(&row.0[self.at], count),
            None => _ = self.all.shared.0[self.at].fetch_add(count, Ordering::Relaxed),
        }
    }

    pub(crate) fn get(self) -> u64 {
        let rows = self.all.owned.iter().chain([&self.all.shared]);
        rows.map(|row| row.0[self.at].load(Ordering::Relaxed)).sum()
    }
}

/// Nobody else writes here, so that nothing comes between the two.
#[inline]
fn add(owned: &AtomicU64, count: u64) {
    owned.store(owned.load(Ordering::Relaxed).wrapping_add(count), Ordering::Relaxed);
}

/// Not asked yet.
const UNKNOWN: usize = usize::MAX;

thread_local! {
    /// This thread's place, to be read without asking whether the thread is ending.
    static MINE: Local<usize> = const { Local::new(UNKNOWN) };
    static PLACE: Place = Place::take();
}

/// Which rows belong to threads that are there. The lock also hands what a thread has counted on to the next one in its place.
static TAKEN: Mutex<[bool; OWNED]> = Mutex::new([false; OWNED]);

/// A thread's place, the same in all counters; `OWNED` where there was none left.
struct Place(usize);

impl Place {
    fn take() -> Place {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let free = taken.iter().position(|taken| !taken).unwrap_or(OWNED);
        if let Some(taken) = taken.get_mut(free) {
            *taken = true;
        }
        Place(free)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // First: another thread may have the place next.
        MINE.set(OWNED);
        if let Some(taken) = TAKEN.lock().unwrap_or_else(PoisonError::into_inner).get_mut(self.0) {
            *taken = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    /// More threads than there are places, and then others in the same places: nothing is lost.
    ///
    /// Bites: `shared` written as `owned` is; the lock in `Place::drop` (a place that stays taken).
    #[test]
    fn every_thread_is_counted() {
        const THREADS: usize = 3 * OWNED;
        const EACH: u64 = 20_000;
        static COUNTERS: Striped<3> = Striped::new();
        for _ in 0..4 {
            let all_there = Barrier::new(THREADS);
            std::thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        COUNTERS.at(1).one();
                        all_there.wait();
                        (1..EACH).for_each(|_| COUNTERS.at(1).one());
                    });
                }
            });
        }
        assert_eq!([0, 1, 2].map(|at| COUNTERS.at(at).get()), [0, 4 * THREADS as u64 * EACH, 0]);
        let owned: u64 = COUNTERS.owned.iter().map(|row| row.0[1].load(Ordering::Relaxed)).sum();
        assert!(owned > OWNED as u64 * EACH, "later threads have taken the places of earlier ones: {owned}");
    }

    /// Its row may have another owner by then.
    ///
    /// Bites: without `MINE.set` in `Place::drop`.
    #[test]
    fn who_counts_while_its_thread_ends_is_no_owner_any_more() {
        static COUNTERS: Striped<1> = Striped::new();
        struct Late;
        impl Drop for Late {
            fn drop(&mut self) {
                COUNTERS.at(0).one();
            }
        }
        thread_local!(static LATE: Late = const { Late });
        let shared = || COUNTERS.shared.0[0].load(Ordering::Relaxed);
        // Others may have all places for a while.
        let mut place = Ok(OWNED);
        while matches!(place, Ok(OWNED)) {
            let before = shared();
            let counting = std::thread::spawn(|| {
                // What is there first goes last.
                LATE.with(|_| ());
                COUNTERS.at(0).one();
                MINE.get()
            });
            place = counting.join();
            assert!(matches!(place, Ok(OWNED)) || shared() == before + 1);
        }
    }
}
