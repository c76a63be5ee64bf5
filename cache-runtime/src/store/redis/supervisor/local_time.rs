//! What time it is here. How far the server's clock is from it is measured with each sign of life.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// In milliseconds since 1970, as this machine had it when this process first asked. What it is set to since then does not count:
/// until the next sign of life every time of the server's would be wrong by as much.
pub(in super::super) fn now_here() -> i64 {
    static AHEAD: LazyLock<i64> = LazyLock::new(|| since_1970().saturating_sub(going_on()));
    AHEAD.saturating_add(going_on())
}

/// Milliseconds since some point in the past. Goes on while the machine sleeps, and nobody can set it.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn going_on() -> i64 {
    use rustix::time::{ClockId, clock_gettime};
    let now = clock_gettime(ClockId::Boottime);
    (now.tv_sec as i64).saturating_mul(1000).saturating_add(now.tv_nsec as i64 / 1_000_000)
}

/// The standard library's clock that nobody can set stands still while the machine sleeps. That is the worse fault.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn going_on() -> i64 {
    since_1970()
}

fn since_1970() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}
