//! A loader that asks for an entry of its own: who waited for a load inside of that very load would wait for himself.
//!
//! What is inside of a load is polled by it. So each thread knows whose loaders it is polling, one inside of the other; a task that the
//! cache starts for a load takes that along. What a loader has started in a task of its own is not found, and waits for as long as
//! any other.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::thread::panicking;

use crate::cache::Cache;
use crate::call::Call;
use crate::record::key_hash;

/// The load of an entry. Another one that is taken for it runs without the store once, and that is all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LoadOf {
    cache: usize,
    key: u64,
}

/// What one loader loads.
#[derive(Clone)]
pub(super) enum Loads {
    One(LoadOf),
    /// In order.
    Many(Arc<[LoadOf]>),
}

impl LoadOf {
    pub(super) fn of(call: Call<'_>) -> LoadOf {
        LoadOf { cache: Cache::address(call.cache), key: key_hash(call.key) }
    }

    /// Whether this thread is polling its loader.
    pub(super) fn is_polled(self) -> bool {
        let is_polled =
            |polled: &RefCell<Vec<Loads>>| polled.borrow().iter().any(|loads| loads.include(self));
        POLLED.try_with(is_polled).unwrap_or(false)
    }

    /// Whether this thread unwinds because its loader has panicked; not where a panic beside it drops it.
    pub(super) fn has_panicked(self) -> bool {
        let is_this =
            |loads: &RefCell<Option<Loads>>| loads.borrow().as_ref().is_some_and(|it| it.include(self));
        panicking() && PANICKED.try_with(is_this).unwrap_or(false)
    }

    /// Polls its loader.
    pub(super) fn polling<T>(self, poll: impl FnOnce() -> T) -> T {
        Loads::One(self).polling(poll)
    }

    /// The loader.
    pub(super) async fn loading<T>(self, loader: impl Future<Output = T>) -> T {
        Loads::One(self).loading(loader).await
    }
}

impl Loads {
    pub(super) fn of<'c>(calls: impl Iterator<Item = Call<'c>>) -> Loads {
        let mut loads: Vec<LoadOf> = calls.map(LoadOf::of).collect();
        loads.sort_unstable();
        Loads::Many(loads.into())
    }

    fn include(&self, load: LoadOf) -> bool {
        match self {
            Loads::One(one) => *one == load,
            Loads::Many(many) => many.binary_search(&load).is_ok(),
        }
    }

    fn polling<T>(self, poll: impl FnOnce() -> T) -> T {
        let _polled = Polled::push(std::iter::once(self), true);
        poll()
    }

    pub(super) async fn loading<T>(self, loader: impl Future<Output = T>) -> T {
        let mut loader = pin!(loader);
        poll_fn(|context| self.clone().polling(|| loader.as_mut().poll(context))).await
    }
}

/// The loaders that somebody waits inside of.
#[derive(Default)]
pub(super) struct Around(Vec<Loads>);

impl Around {
    /// Those that this thread is polling.
    pub(super) fn here() -> Around {
        Around(POLLED.try_with(|polled| polled.borrow().clone()).unwrap_or_default())
    }

    /// Polls what they wait for, wherever that is.
    pub(super) fn polling<T>(&self, poll: impl FnOnce() -> T) -> T {
        let _polled = Polled::push(self.0.iter().cloned(), false);
        poll()
    }
}

thread_local! {
    static POLLED: RefCell<Vec<Loads>> = const { RefCell::new(Vec::new()) };
    /// Whose loader the last panic of this thread came out of.
    static PANICKED: RefCell<Option<Loads>> = const { RefCell::new(None) };
}

/// So many more are polled for as long as this is there.
struct Polled {
    count: usize,
    /// Whether a panic from now on is the loader's own.
    is_loader: bool,
}

impl Polled {
    fn push(loads: impl ExactSizeIterator<Item = Loads>, is_loader: bool) -> Polled {
        let count = loads.len();
        let pushed = POLLED.try_with(|polled| polled.borrow_mut().extend(loads));
        Polled { count: if pushed.is_ok() { count } else { 0 }, is_loader: is_loader && !panicking() }
    }
}

/// Also where the loader panics.
impl Drop for Polled {
    fn drop(&mut self) {
        let popped = POLLED.try_with(|polled| {
            let mut polled = polled.borrow_mut();
            let rest = polled.len().saturating_sub(self.count);
            polled.drain(rest..).next_back()
        });
        if self.is_loader && panicking() {
            let _ = PANICKED.try_with(|panicked| panicked.replace(popped.ok().flatten()));
        }
    }
}
