//! Waiting for what happens soon.

use std::thread;
use std::time::{Duration, Instant};

/// Looks again and again until it is so; panics after ten seconds with what was waited for.
///
/// Blocks its thread: for servers and processes. In a test on a paused or single-threaded tokio clock, wait there.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(10), "waited ten seconds, in vain: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}
