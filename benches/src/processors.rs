//! Whether the machine's processors are ours alone. Two threads of a core share what it computes with, and of a virtual machine the
//! other thread may be somebody else's: then nothing is missing in any account of the time, and all takes up to twice as long.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use core_affinity::CoreId;

/// Nanoseconds that the additions took where they were quickest so far in this run.
static LEAST: AtomicU64 = AtomicU64::new(u64::MAX);

/// What a processor that is ours alone takes at most for that: 1.02 is usual, and 1.9 beside somebody who computes.
pub(crate) const ALONE: f64 = 1.06;

/// So many rounds take 20 µs: longer than it takes to look at the clock, shorter than what another thread gets of a processor.
const ROUNDS: u64 = 3000;
const TRIES: usize = 5;

/// Nanoseconds of the additions on the slowest of the processors: all of them add at the same time, for about 0.2 ms.
pub(crate) fn look() -> u64 {
    std::thread::scope(|scope| {
        let each = ids().into_iter().map(|id| {
            scope.spawn(move || {
                core_affinity::set_for_current(id);
                // The median: whom the machine's scheduler interrupts now and then is alone all the same.
                let mut tries = std::array::from_fn::<u64, TRIES, _>(|_| additions());
                tries.sort_unstable();
                LEAST.fetch_min(tries[0], Ordering::Relaxed);
                tries[TRIES / 2]
            })
        });
        let each: Vec<_> = each.collect();
        each.into_iter().map(|thread| thread.join().expect("additions")).max().unwrap_or(0)
    })
}

/// What the additions took for what they ever took at the least; next to nothing where the system has no processors to name.
pub(crate) fn share(additions: u64) -> f64 {
    additions as f64 / LEAST.load(Ordering::Relaxed) as f64
}

/// The current thread stays on one of the processors from now on: the first, the second, … . Where a system has no such thing, it
/// goes where it is sent.
pub fn stay_on(nth: usize) {
    if let Some(id) = ids().get(nth) {
        core_affinity::set_for_current(*id);
    }
}

fn ids() -> Vec<CoreId> {
    core_affinity::get_core_ids().unwrap_or_default()
}

/// Nanoseconds of so many sums that no two instructions in a row wait for each other: as many as a core can do at once, so that
/// it has none left for its other thread. Of different kinds, as the compiler would put like ones into one.
fn additions() -> u64 {
    let (mut a, mut b, mut c, mut d, mut e, mut f) = black_box((1_u64, 2_u64, 3_u32, 4_u32, 5_u64, 6_u32));
    let started = Instant::now();
    for round in 0..ROUNDS {
        let round = black_box(round);
        let half = round as u32;
        for _ in 0..10 {
            a = a.wrapping_add(round) ^ round;
            b = (b ^ round).wrapping_sub(round);
            c = c.wrapping_sub(half) ^ half;
            d = (d ^ half).wrapping_add(half);
            e = e.wrapping_add(round) & !round;
            f = (f | half).wrapping_sub(half);
        }
    }
    black_box((a, b, c, d, e, f));
    started.elapsed().as_nanos() as u64
}
