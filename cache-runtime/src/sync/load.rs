//! A memoised call: from memory, from a load that is under way in another thread, or from the function's body.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use tokio::runtime::Handle;

use super::block::{Idle, block_on, drive};
use super::waits::{EntryId, Loading, Waiting, is_loaded_by_a_thread};
use crate::call::{Call, EntryAt};
use crate::load::returns::Returns;
use crate::load::{ErrorSharing, Load, Steps, answer, run, told};
use crate::value::Value;

/// How long a thread of a runtime waits for a load that no thread runs.
const NAP: Duration = Duration::from_millis(5);
const NAPS: u32 = 4;

/// What is kept, or what `loader` returns, which is then kept. Other threads that ask for the same key wait for it; those that
/// ask for others are not kept from anything.
pub(super) fn memoised<V: Value, E>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    loader: impl FnOnce() -> Result<Option<V>, E>,
) -> Result<Option<V>, E> {
    let entry = EntryId::of(call);
    let mut loader = Some(loader);
    let mut own = None;
    // The load asks for the function's body, which then runs beside it, and is told what came of it.
    let mut load = Steps::reading(call, sharing.fits());
    let (mut waiting, mut naps) = (None, 0);
    let outcome = loop {
        let came = drive(pin!(poll_fn(|context| load.poll(None, context))), || {
            if waiting.is_none() {
                waiting = Waiting::new(&entry);
            }
            // Who loads it waits for this thread, or is this thread.
            if waiting.is_none() {
                return Idle::GiveUp;
            }
            // A task that loads it may be one of this thread's, and would never go on. A thread that is about to load says so
            // before the last of these naps.
            if Handle::try_current().is_ok() && !is_loaded_by_a_thread(&entry) {
                naps += 1;
                return if naps > NAPS { Idle::GiveUp } else { Idle::Nap(NAP) };
            }
            Idle::Sleep
        });
        let Some(asked) = came else { break None };
        if asked.is_some() {
            break asked;
        }
        if let Some(loader) = loader.take() {
            waiting = None;
            let _loading = Loading::new(entry.clone());
            load.tell(told(loader().map(Load::new), sharing, &mut own));
        }
    };
    drop(load);
    match (outcome, loader.take()) {
        (Some(outcome), _) => answer(outcome, sharing, own, None, None),
        (None, Some(loader)) => alone(call, loader),
        #[expect(clippy::unreachable, reason = "it gives up only before it has asked for the body")]
        (None, None) => unreachable!("a load that gave up after its body had run"),
    }
}

// A function that calls itself has all of this on its stack once for each of its calls, but for what is in functions of their own.
#[inline(never)]
fn alone<V, E>(call: Call<'_>, loader: impl FnOnce() -> Result<Option<V>, E>) -> Result<Option<V>, E> {
    block_on(run(call, async { loader() }))
}

/// What is kept, or what `loader` returns. Generated code calls it, after a look at what is kept.
pub fn memo<S, V, E, L>(
    _: S,
    at: EntryAt<'_>,
    sharing: ErrorSharing<E>,
    loader: impl FnOnce() -> L,
) -> S::Given
where
    V: Value,
    S: Returns<L, Value = V, Error = E>,
{
    let call = at.call::<V>(S::TAKES_NONE);
    S::close(memoised(call, sharing, || S::open(loader()).map(|load| load.value)))
}
