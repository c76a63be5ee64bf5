//! Runs many schedules.

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

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// What came of many schedules.
#[derive(Clone, Debug, Default)]
pub struct Share {
    /// How many were run.
    pub schedules: u64,
    /// How many of them broke a promise, by the first word of what they say.
    pub broken: Vec<(String, u64)>,
    /// The one of them with the fewest steps, and its seed.
    pub shortest: Option<(u64, Broken)>,
}

impl Share {
    /// How many broke a promise.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.broken.iter().map(|(_, count)| count).sum()
    }

    fn add(&mut self, seed: u64, broken: Broken) {
        let kind = broken.what.split(':').next().unwrap_or_default().to_owned();
        self.add_count(kind, 1);
        self.add_shortest(seed, broken);
    }

    fn add_count(&mut self, kind: String, count: u64) {
        match self.broken.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, before)) => *before += count,
            None => self.broken.push((kind, count)),
        }
    }

    fn add_shortest(&mut self, seed: u64, broken: Broken) {
        if self.shortest.as_ref().is_none_or(|(_, shortest)| broken.steps < shortest.steps) {
            self.shortest = Some((seed, broken));
        }
    }

    fn and(mut self, other: Share) -> Share {
        self.schedules += other.schedules;
        for (kind, count) in other.broken {
            self.add_count(kind, count);
        }
        if let Some((seed, broken)) = other.shortest {
            self.add_shortest(seed, broken);
        }
        self
    }
}

/// `9.05 % of 20000: STALE 6.08 %, OLD AT REST 2.97 %`.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |count: u64| 100.0 * count as f64 / self.schedules.max(1) as f64;
        write!(f, "{:>6.2} % of {}", percent(self.count()), self.schedules)?;
        for (at, (kind, count)) in self.broken.iter().enumerate() {
            write!(f, "{} {kind} {:.2} %", if at == 0 { ":" } else { "," }, percent(*count))?;
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
                share.add(seed, why);
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
/// Where one does: with the seed and the steps of the shortest one that was found.
pub fn check<P: Protocol>(count: u64, protocol: impl Fn(&Arc<Source>) -> P + Sync) {
    let mix = Mix::Everything;
    if let Some(seed) = number("CACHE_TEST_SEED") {
        if let Err(broken) = check_one(seed, mix, &protocol, true) {
            panic!("{}\nCACHE_TEST_SEED={seed}: {}", broken.trace.join("\n"), broken.what);
        }
        return;
    }
    let from = u64::from(std::process::id()).wrapping_mul(1_000_003);
    let share = share(from, count, mix, ENOUGH, &protocol);
    let Some((seed, broken)) = &share.shortest else { return };
    match check_one(*seed, mix, &protocol, true) {
        Err(again) if again.what == broken.what => {
            panic!("{}\n{share}\nCACHE_TEST_SEED={seed}: {}", again.trace.join("\n"), again.what)
        }
        again => {
            panic!("CACHE_TEST_SEED={seed}: {broken:?}, and then {again:?}: the seed does not decide all")
        }
    }
}
