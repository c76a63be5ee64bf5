//! A loader that asks for its own entry: who waited for a load inside of that very load would wait for himself.
//!
//! What is inside of a load is polled by it. So each thread knows whose loaders it is polling, one inside of the other; what a loader
//! has started in a task of its own is not found, and waits for as long as any other.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;

use crate::cache::Cache;
use crate::call::Call;
use crate::record::key_hash;

/// The load of an entry. Another one that is taken for it runs without the store once, and that is all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct LoadOf {
    cache: usize,
    key: u64,
}

impl LoadOf {
    pub(super) fn of(call: Call<'_>) -> LoadOf {
        LoadOf { cache: Cache::address(call.cache), key: key_hash(call.key) }
    }

    /// Whether this thread is polling its loader.
    pub(super) fn is_polled(self) -> bool {
        POLLED.try_with(|polled| polled.borrow().contains(&self)).unwrap_or(false)
    }

    /// Polls its loader.
    pub(super) fn polling<T>(self, poll: impl FnOnce() -> T) -> T {
        let _ended = POLLED.try_with(|polled| polled.borrow_mut().push(self)).is_ok().then_some(Ended);
        poll()
    }

    /// The loader.
    pub(super) async fn loading<T>(self, loader: impl Future<Output = T>) -> T {
        let mut loader = pin!(loader);
        poll_fn(|context| self.polling(|| loader.as_mut().poll(context))).await
    }
}

thread_local! {
    static POLLED: RefCell<Vec<LoadOf>> = const { RefCell::new(Vec::new()) };
}

/// Also where the loader panics.
struct Ended;

impl Drop for Ended {
    fn drop(&mut self) {
        // It was there when this was made, and nobody keeps it borrowed.
        let _ = POLLED.try_with(|polled| polled.borrow_mut().pop());
    }
}
