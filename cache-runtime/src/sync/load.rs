//! A memoised call: from memory, from a load that is under way in another thread, or from the function's body.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use super::block::{Idle, block_on, drive};
use super::waits::{Loading, Place, Waiting};
use crate::entry::unreachable_none;
use crate::load::{ErrorSharing, Load, load, run};
use crate::read::Call;
use crate::value::Value;

/// What is kept, or what `loader` returns, which is then kept. Other threads that ask for the same key wait for it; those that
/// ask for others are not kept from anything.
pub(super) fn memo<V: Value, E>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    loader: impl FnOnce() -> Result<Option<V>, E>,
) -> Result<Option<V>, E> {
    let place = Place::of(call);
    let loader = Cell::new(Some(loader));
    // The load asks for the function's body, which then runs beside it, and is told what came of it.
    let (asked, told) = (Cell::new(false), Cell::new(None));
    let body = || {
        poll_fn(|_| match told.take() {
            Some(result) => Poll::Ready(result),
            None => {
                asked.set(true);
                Poll::Pending
            }
        })
    };
    let mut load = boxed(|| load(call, sharing, body));
    let mut waiting = None;
    let result = drive(load.as_mut(), || {
        if let Some(loader) = asked.take().then(|| loader.take()).flatten() {
            waiting = None;
            let _loading = Loading::new(place.clone());
            told.set(Some(loader().map(Load::new)));
            return Idle::Again;
        }
        if waiting.is_none() {
            waiting = Waiting::new(&place);
        }
        // Who loads it waits for this thread, or is this thread.
        if waiting.is_none() { Idle::GiveUp } else { Idle::Sleep }
    });
    drop(load);
    match (result, loader.take()) {
        (Some(result), _) => result,
        (None, Some(loader)) => alone(call, loader),
        (None, None) => unreachable_none(),
    }
}

/// A function that calls itself has all of this on its stack once for each of its calls, but for what is in a box, and in
/// functions of their own.
#[inline(never)]
fn boxed<'a, F: Future + 'a>(make: impl FnOnce() -> F) -> Pin<Box<dyn Future<Output = F::Output> + 'a>> {
    Box::pin(make())
}

#[inline(never)]
fn alone<V, E>(call: Call<'_>, loader: impl FnOnce() -> Result<Option<V>, E>) -> Result<Option<V>, E> {
    block_on(run(call, || async { loader().map(Load::new) })).map(|load| load.value)
}

fn some<V, E>(result: Result<Option<V>, E>) -> Result<V, E> {
    result.map(|value| value.unwrap_or_else(unreachable_none))
}

fn never<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
    }
}

/// For a function that returns `V`.
pub fn memo_value<V: Value>(call: Call<'_>, loader: impl FnOnce() -> V) -> V {
    let call = Call { takes_none: false, ..call };
    never(some(memo(call, ErrorSharing::never(), || Ok(Some(loader())))))
}

/// For a function that returns `Option<V>`.
pub fn memo_option<V: Value>(call: Call<'_>, loader: impl FnOnce() -> Option<V>) -> Option<V> {
    never(memo(call, ErrorSharing::never(), || Ok(loader())))
}

/// For a function that returns `Result<V, E>`.
pub fn memo_result<V: Value, E>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    loader: impl FnOnce() -> Result<V, E>,
) -> Result<V, E> {
    let call = Call { takes_none: false, ..call };
    some(memo(call, sharing, || loader().map(Some)))
}

/// For a function that returns `Result<Option<V>, E>`.
pub fn memo_result_option<V: Value, E>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    loader: impl FnOnce() -> Result<Option<V>, E>,
) -> Result<Option<V>, E> {
    memo(call, sharing, loader)
}
