//! A read with its loader.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::Outcome;
use super::loaded::{Load, Loaded, Opened};
use super::returns::Returns;
use super::sharing::ErrorSharing;
use super::steps::Steps;
use crate::error::LoadTimeout;
use crate::read::{Call, EntryAt};
use crate::value::{Value, give, keep};

/// The entry's value: from the store, from a load that is under way, or from `loader`, which is polled only where it is needed, and
/// inside of this call.
pub fn load<'a, S, V, E, Fut>(
    _: S,
    at: EntryAt<'a>,
    sharing: ErrorSharing<E>,
    loader: Pin<&'a mut Option<Fut>>,
) -> ReadThrough<'a, S, V, E, Fut>
where
    V: Value,
    S: Returns<Fut::Output, Value = V, Error = E>,
    Fut: Future,
{
    let read = Read::new(at.call::<V>(S::TAKES_NONE), sharing);
    ReadThrough { loader, read, returns: PhantomData }
}

/// What [`load`] gives: all of a read that is compiled for each function. A state machine by hand, as an `async` block is several
/// times as much code.
#[must_use = "a read does nothing unless it is awaited"]
pub struct ReadThrough<'a, S, V, E, Fut> {
    loader: Pin<&'a mut Option<Fut>>,
    read: Read<'a, V, E>,
    returns: PhantomData<fn() -> S>,
}

/// Nothing in it is pinned where it lies.
impl<S, V, E, Fut> Unpin for ReadThrough<'_, S, V, E, Fut> {}

impl<S, V, E, Fut> Future for ReadThrough<'_, S, V, E, Fut>
where
    V: Value,
    S: Returns<Fut::Output, Value = V, Error = E>,
    Fut: Future,
{
    type Output = S::Given;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<S::Given> {
        let this = &mut *self;
        match this.loader.as_mut().as_pin_mut() {
            // Of no type of its own for as long as it is polled: kept so, it would have to be `Send`, which not every loader is.
            Some(loader) => this.read.poll::<S, _>(loader, context),
            None => Poll::Pending,
        }
    }
}

/// As if the steps held the loader: what that holds goes before the lease does, or the place of who leads.
impl<S, V, E, Fut> Drop for ReadThrough<'_, S, V, E, Fut> {
    fn drop(&mut self) {
        self.loader.set(None);
    }
}

/// All of it that is compiled for each type.
struct Read<'a, V, E> {
    steps: Steps<'a>,
    /// The error of the loader here.
    own: Option<E>,
    sharing: ErrorSharing<E>,
    value: PhantomData<fn() -> V>,
}

impl<'a, V: Value, E> Read<'a, V, E> {
    fn new(call: Call<'a>, sharing: ErrorSharing<E>) -> Read<'a, V, E> {
        Read { steps: Steps::reading(call, sharing.fits()), own: None, sharing, value: PhantomData }
    }

    fn poll<S, L>(
        &mut self,
        mut loader: Pin<&mut dyn Future<Output = L>>,
        context: &mut Context<'_>,
    ) -> Poll<S::Given>
    where
        S: Returns<L, Value = V, Error = E>,
    {
        loop {
            if let Some(outcome) = ready!(self.steps.poll(context)) {
                return Poll::Ready(S::close(answer(outcome, self.sharing, self.own.take(), None)));
            }
            let loaded = ready!(loader.as_mut().poll(context));
            self.steps.tell(told(S::open(loaded), self.sharing, &mut self.own));
        }
    }
}

/// What a loader has come to, for the steps of a miss. Its error stays here.
pub(crate) fn told<V: Value, E>(
    loaded: Opened<V, E>,
    sharing: ErrorSharing<E>,
    own: &mut Option<E>,
) -> Loaded {
    match loaded {
        Ok(Load { value: Some(value), terms }) => Ok(Load { value: Some(keep(value)), terms }),
        Ok(Load { value: None, terms }) => Ok(Load { value: None, terms }),
        Err(error) => Err(sharing.failed(own.insert(error))),
    }
}

/// What a caller is given.
pub(crate) fn answer<V: Value, E>(
    outcome: Outcome,
    sharing: ErrorSharing<E>,
    own: Option<E>,
    timed_out: Option<fn(LoadTimeout) -> E>,
) -> Result<Option<V>, E> {
    match outcome {
        Ok(Some(value)) => Ok(give(value)),
        Ok(None) => Ok(None),
        Err(failure) => Err(sharing.error(failure, own, timed_out)),
    }
}
