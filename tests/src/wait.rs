//! Waiting for what happens soon.

use std::panic::Location;
use std::thread;
use std::time::{Duration, Instant};

/// Looks again and again until it is so; panics after ten seconds with what was waited for.
///
/// Blocks its thread: for servers and processes. In a test on a paused or single-threaded tokio clock, wait there.
#[track_caller]
pub fn wait_until(what: &str, is_so: impl FnMut() -> bool) {
    wait_for(Duration::from_secs(10), what, is_so);
}

/// The same with more patience, for servers that have to come to terms with each other.
#[track_caller]
pub fn wait_for(patience: Duration, what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < patience, "waited {patience:?}, in vain: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Looks again and again until it is so, while the runtime goes on; panics after a minute, which is for ever, with the place
/// that it was called at. Gives how long it took.
#[track_caller]
pub fn eventually<F: Future<Output = bool>>(mut is_so: impl FnMut() -> F) -> impl Future<Output = Duration> {
    let place = Location::caller();
    async move {
        let started = Instant::now();
        while !is_so().await {
            assert!(started.elapsed() < Duration::from_secs(60), "it never happened: {place}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        started.elapsed()
    }
}
