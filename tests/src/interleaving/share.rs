//! Runs many schedules.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Broken, Mix, Protocol, Source, check_one};

/// After so many that were broken the others would say nothing new, and where actors hang they take long.
const ENOUGH: u64 = 500;

/// How many schedules there are to be: `CACHE_TEST_SCHEDULES`, or as many as a run of all tests has the time for.
#[must_use]
pub fn schedules() -> u64 {
    number("CACHE_TEST_SCHEDULES").unwrap_or(20_000)
}

/// Where a run begins: somewhere else each time, or at `CACHE_TEST_SEED`.
#[must_use]
pub fn new_seed() -> u64 {
    number("CACHE_TEST_SEED").unwrap_or_else(|| u64::from(std::process::id()).wrapping_mul(1_000_003))
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// What came of many schedules.
#[derive(Clone, Debug, Default)]
pub struct Share {
    /// How many were run.
    pub schedules: u64,
    /// Those that broke a promise, by the first word of what they say.
    pub broken: BTreeMap<String, Kind>,
}

/// Schedules that broke one promise.
#[derive(Clone, Debug)]
pub struct Kind {
    /// How many there were.
    pub count: u64,
    /// The seed of the one with the fewest steps.
    pub seed: u64,
    /// That one.
    pub shortest: Broken,
}

impl Share {
    /// How many broke a promise.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.broken.values().map(|kind| kind.count).sum()
    }

    fn add(&mut self, kind: Kind) {
        let name = kind.shortest.what.split(':').next().unwrap_or_default().to_owned();
        match self.broken.entry(name) {
            Entry::Vacant(place) => drop(place.insert(kind)),
            Entry::Occupied(mut place) => {
                let known = place.get_mut();
                let count = known.count + kind.count;
                if kind.shortest.steps < known.shortest.steps {
                    *known = kind;
                }
                known.count = count;
            }
        }
    }

    fn and(mut self, other: Share) -> Share {
        self.schedules += other.schedules;
        other.broken.into_values().for_each(|kind| self.add(kind));
        self
    }
}

/// `9.05 % of 20000: OLD AT REST 2.97 %, STALE 6.08 %`.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |count: u64| 100.0 * count as f64 / self.schedules.max(1) as f64;
        write!(f, "{:>6.2} % of {}", percent(self.count()), self.schedules)?;
        for (at, (name, kind)) in self.broken.iter().enumerate() {
            write!(f, "{} {name} {:.2} %", if at == 0 { ":" } else { "," }, percent(kind.count))?;
        }
        Ok(())
    }
}

/// Runs the schedules of `count` seeds from `from`, on as many threads as there are processors, or until enough are broken.
pub fn share<P: Protocol>(
    from: u64,
    count: u64,
    mix: Mix,
    enough: u64,
    protocol: impl Fn(&Arc<Source>) -> P + Sync,
) -> Share {
    let (next, broken) = (AtomicU64::new(0), AtomicU64::new(0));
    let some = || {
        let mut share = Share::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count || broken.load(Ordering::Relaxed) >= enough {
                return share;
            }
            share.schedules += 1;
            let seed = from.wrapping_add(number);
            if let Err(why) = check_one(seed, mix, &protocol, false) {
                share.add(Kind { count: 1, seed, shortest: why });
                broken.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(some)).collect();
        let shares = threads.into_iter().map(|thread| thread.join().expect("panics are caught"));
        shares.fold(Share::default(), Share::and)
    })
}

/// Checks that no schedule breaks a promise: of new seeds in each run, or of the one that `CACHE_TEST_SEED` names.
///
/// # Panics
///
/// Where one does: with the seed and the steps of the shortest one of each kind.
pub fn check<P: Protocol>(count: u64, protocol: impl Fn(&Arc<Source>) -> P + Sync) {
    let mix = Mix::Everything;
    if let Some(seed) = number("CACHE_TEST_SEED") {
        if let Err(broken) = check_one(seed, mix, &protocol, true) {
            panic!("{}\nCACHE_TEST_SEED={seed}: {}", broken.trace.join("\n"), broken.what);
        }
        return;
    }
    let share = share(new_seed(), count, mix, ENOUGH, &protocol);
    let mut report = String::new();
    for Kind { seed, shortest, .. } in share.broken.values() {
        report += &match check_one(*seed, mix, &protocol, true) {
            Err(again) if again.what == shortest.what => {
                format!("{}\nCACHE_TEST_SEED={seed}: {}\n\n", again.trace.join("\n"), again.what)
            }
            again => {
                format!("CACHE_TEST_SEED={seed}: {shortest:?}, and then {again:?}: not decided by its seed\n")
            }
        };
    }
    assert!(share.broken.is_empty(), "\n{report}{share}");
}
