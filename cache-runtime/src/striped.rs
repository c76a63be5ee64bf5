//! A counter whose threads do not wait for each other: at a near hit, which takes some ten nanoseconds, two threads on one counter
//! would spend most of their time on it, and even one would spend much of it on a locked instruction.

use std::cell::Cell as Local;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// One cell for each of some threads, and one for all that come after them.
#[derive(Debug)]
pub(crate) struct Striped {
    owned: [Cell; OWNED],
    shared: Cell,
}

/// So many threads at a time have cells of their own.
const OWNED: usize = 15;

/// A cache line, and the one beside it that processors fetch along.
#[derive(Debug)]
#[repr(align(128))]
struct Cell(AtomicU64);

impl Striped {
    pub(crate) const fn new() -> Striped {
        Striped { owned: [const { Cell(AtomicU64::new(0)) }; OWNED], shared: Cell(AtomicU64::new(0)) }
    }

    #[inline]
    pub(crate) fn one(&self) {
        self.add(1);
    }

    #[inline]
    pub(crate) fn add(&self, count: u64) {
        match self.owned.get(MINE.get()) {
            Some(cell) => cell.add(count),
            None => self.add_elsewhere(count),
        }
    }

    /// For a thread that has no place yet, or gets none, or is ending and has none any more.
    #[cold]
    fn add_elsewhere(&self, count: u64) {
        if MINE.get() == UNKNOWN {
            let taken = PLACE.try_with(|place| place.0).unwrap_or(OWNED);
            MINE.set(taken);
        }
        match self.owned.get(MINE.get()) {
            Some(cell) => cell.add(count),
            None => _ = self.shared.0.fetch_add(count, Ordering::Relaxed),
        }
    }

    pub(crate) fn get(&self) -> u64 {
        self.owned.iter().chain([&self.shared]).map(|cell| cell.0.load(Ordering::Relaxed)).sum()
    }
}

impl Cell {
    /// Nobody else writes here, so that nothing comes between the two.
    #[inline]
    fn add(&self, count: u64) {
        self.0.store(self.0.load(Ordering::Relaxed) + count, Ordering::Relaxed);
    }
}

/// Not asked yet.
const UNKNOWN: usize = usize::MAX;

thread_local! {
    /// This thread's place, to be read without asking whether the thread is ending.
    static MINE: Local<usize> = const { Local::new(UNKNOWN) };
    static PLACE: Place = Place::take();
}

/// Which cells belong to threads that are there. The lock also hands what a thread has counted on to the next one in its place.
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
        static COUNTER: Striped = Striped::new();
        for _ in 0..4 {
            let all_there = Barrier::new(THREADS);
            std::thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        COUNTER.one();
                        all_there.wait();
                        (1..EACH).for_each(|_| COUNTER.one());
                    });
                }
            });
        }
        assert_eq!(COUNTER.get(), 4 * THREADS as u64 * EACH);
        let owned: u64 = COUNTER.owned.iter().map(|cell| cell.0.load(Ordering::Relaxed)).sum();
        assert!(owned > OWNED as u64 * EACH, "later threads have taken the places of earlier ones: {owned}");
    }

    /// Its cell may have another owner by then.
    ///
    /// Bites: without `MINE.set` in `Place::drop`.
    #[test]
    fn who_counts_while_its_thread_ends_is_no_owner_any_more() {
        static COUNTER: Striped = Striped::new();
        struct Late;
        impl Drop for Late {
            fn drop(&mut self) {
                COUNTER.one();
            }
        }
        thread_local!(static LATE: Late = const { Late });
        let shared = || COUNTER.shared.0.load(Ordering::Relaxed);
        // Others may have all places for a while.
        let mut place = Ok(OWNED);
        while matches!(place, Ok(OWNED)) {
            let before = shared();
            let counting = std::thread::spawn(|| {
                // What is there first goes last.
                LATE.with(|_| ());
                COUNTER.one();
                MINE.get()
            });
            place = counting.join();
            assert!(matches!(place, Ok(OWNED)) || shared() == before + 1);
        }
    }
}
