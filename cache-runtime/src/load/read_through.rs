//! A read with its loader.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::Outcome;
use super::loaded::{Load, Loaded, Opened};
use super::nested::LoadOf;
use super::returns::Returns;
use super::sharing::ErrorSharing;
use super::steps::Steps;
use crate::call::EntryAt;
use crate::error::LoadTimeout;
use crate::value::{Value, give, keep};

/// A read of the entry's value, which has begun: its `through` goes on with it.
pub fn read<S, L, V, E>(_: S, at: EntryAt<'_>, sharing: ErrorSharing<E>) -> Read<'_, S, L, V, E>
where
    V: Value,
    S: Returns<L, Value = V, Error = E>,
{
    let steps = Steps::reading(at.call::<V>(S::TAKES_NONE), sharing.fits());
    Read { steps, own: None, sharing, returns: PhantomData }
}

/// What `read` gives: all of a read that is compiled for each type. A state machine by hand, as an `async` block is several times
/// as much code.
///
/// It lies beside its loader, and outlasts it: what a dropped loader holds goes before the lease does, or the place of who leads.
#[must_use = "a read does nothing until it goes through its loader"]
pub struct Read<'a, S, L, V, E> {
    steps: Steps<'a>,
    /// The error of the loader here.
    own: Option<E>,
    sharing: ErrorSharing<E>,
    returns: PhantomData<fn(L) -> (S, V)>,
}

impl<'a, S, L, V, E> Read<'a, S, L, V, E>
where
    V: Value,
    S: Returns<L, Value = V, Error = E>,
{
    /// The entry's value: from the store, from a load that is under way, or from `loader`, which is polled only where it is needed,
    /// and inside of this call.
    pub fn through<'r, Fut>(&'r mut self, loader: Pin<&'r mut Fut>) -> ReadThrough<'r, 'a, S, L, V, E, Fut>
    where
        Fut: Future<Output = L>,
    {
        ReadThrough { read: self, loader }
    }

    fn poll(
        &mut self,
        mut loader: Pin<&mut dyn Future<Output = L>>,
        context: &mut Context<'_>,
    ) -> Poll<S::Given> {
        loop {
            let mut place = None::<V>;
            if let Some(outcome) = ready!(self.steps.poll(Some(&mut place), context)) {
                let answer = answer(outcome, self.sharing, self.own.take(), None, place);
                return Poll::Ready(S::close(answer));
            }
            let load = LoadOf::of(self.steps.call());
            let loaded = ready!(load.polling(|| loader.as_mut().poll(context)));
            self.steps.tell(told(S::open(loaded), self.sharing, &mut self.own));
        }
    }
}

/// What `Read::through` gives: all of it that is compiled for each function.
#[must_use = "a read does nothing unless it is awaited"]
pub struct ReadThrough<'r, 'a, S, L, V, E, Fut> {
    read: &'r mut Read<'a, S, L, V, E>,
    loader: Pin<&'r mut Fut>,
}

impl<S, L, V, E, Fut> Future for ReadThrough<'_, '_, S, L, V, E, Fut>
where
    V: Value,
    S: Returns<L, Value = V, Error = E>,
    Fut: Future<Output = L>,
{
    type Output = S::Given;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<S::Given> {
        let this = self.get_mut();
        // Of no type of its own for as long as it is polled: kept so, it would have to be `Send`, which not every loader is.
        this.read.poll(this.loader.as_mut(), context)
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

/// What a caller is given: the value that the steps have put into `place`, if they have.
pub(crate) fn answer<V: Value, E>(
    outcome: Outcome,
    sharing: ErrorSharing<E>,
    own: Option<E>,
    timed_out: Option<fn(LoadTimeout) -> E>,
    place: Option<V>,
) -> Result<Option<V>, E> {
    match outcome {
        Ok(Some(value)) => Ok(give(value)),
        Ok(None) => Ok(place),
        Err(failure) => Err(sharing.error(failure, own, timed_out)),
    }
}
