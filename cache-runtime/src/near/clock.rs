//! The time of day within a few milliseconds, for a quarter of the price.
//!
//! Each hit asks for it. A counter that a task keeps up to date would cost less, and would stand still with that task: just when
//! hits have to end.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Nanoseconds since some point in the past; never goes back.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[inline]
pub(super) fn nanos() -> u64 {
    use rustix::time::{ClockId, clock_gettime};
    let now = clock_gettime(ClockId::MonotonicCoarse);
    (now.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(now.tv_nsec as u64)
}

/// Nanoseconds since some point in the past; never goes back.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn nanos() -> u64 {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_nanos() as u64
}

/// A moment, by the clock and by the time of day: these differ by more once the machine has slept.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(super) clock: u64,
    /// Nanoseconds since 1970, as somebody has set it.
    pub(super) day: u64,
}

impl Moment {
    pub(crate) fn now() -> Moment {
        let day = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment { clock: nanos(), day: in_nanos(day) }
    }
}

/// A time in nanoseconds; of some 580 years and more, the largest number.
pub(super) fn in_nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
