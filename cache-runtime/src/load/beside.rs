//! A loader beside the steps that ask for it.
//!
//! All that happens on a miss is the same for every function. If it held the loader's future, it would be compiled once for each
//! of them: for 200 functions that is most of what they cost the compiler. So the steps ask for what is loaded, and wait; the
//! loader runs beside them, in the same task.

use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use super::loaded::Loaded;
use super::returns::Returns;
use super::sharing::ErrorSharing;
use super::{Outcome, told};
use crate::value::Value;

/// Where the steps ask for something, and are told.
pub(crate) struct Ask<T>(Mutex<State<T>>);

enum State<T> {
    Quiet,
    Asked,
    Told(T),
    Heard,
}

impl<T> Ask<T> {
    fn swap(&self, state: State<T>) -> State<T> {
        mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), state)
    }

    pub(crate) fn is_asked(&self) -> bool {
        matches!(*self.0.lock().unwrap_or_else(PoisonError::into_inner), State::Asked)
    }

    pub(crate) fn tell(&self, told: T) {
        self.swap(State::Told(told));
    }
}

/// What the steps wait for.
pub(super) struct Asking<T>(Arc<Ask<T>>);

impl<T> Future for Asking<T> {
    type Output = T;

    // Nobody has to be woken: who tells polls this next.
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        match self.0.swap(State::Heard) {
            State::Told(told) => Poll::Ready(told),
            State::Quiet | State::Asked | State::Heard => {
                self.0.swap(State::Asked);
                Poll::Pending
            }
        }
    }
}

/// A read with a loader on its way, which asks for a `T` once at the most.
pub(crate) struct Steps<'a, T = Loaded> {
    future: Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>,
    ask: Arc<Ask<T>>,
}

impl<'a, T> Steps<'a, T> {
    /// Boxed, so that a hit does not carry the room for all that a miss may need; and of no type that whoever takes them would
    /// have to compile.
    pub(super) fn new<F>(make: impl FnOnce(Asking<T>) -> F) -> Steps<'a, T>
    where
        F: Future<Output = Outcome> + Send + 'a,
    {
        let ask = Arc::new(Ask(Mutex::new(State::Quiet)));
        Steps { future: Box::pin(make(Asking(Arc::clone(&ask)))), ask }
    }

    /// Takes them until they have come to something; or ask, which is `None`.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        match self.future.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending if self.ask.is_asked() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Gives what was asked for.
    pub(super) fn tell(&self, told: T) {
        self.ask.tell(told);
    }

    /// For who polls them by other means: the steps, and what they ask.
    pub(crate) fn parts(&mut self) -> (Pin<&mut dyn Future<Output = Outcome>>, &Ask<T>) {
        (self.future.as_mut(), &self.ask)
    }

    /// As [`poll`](Steps::poll).
    pub(super) async fn taken(&mut self) -> Option<Outcome> {
        poll_fn(|context| self.poll(context)).await
    }

    /// What they have come to, once they were told.
    pub(super) async fn outcome(mut self) -> Outcome {
        self.future.as_mut().await
    }
}

/// A loader beside the steps that have asked for it. It holds the error of one that fails.
pub(super) struct Beside<'a, 's, S, V, E, Fut> {
    pub(super) steps: &'a mut Steps<'s>,
    pub(super) loader: Pin<&'a mut Fut>,
    pub(super) sharing: ErrorSharing<E>,
    pub(super) own: &'a mut Option<E>,
    pub(super) returns: PhantomData<fn() -> (S, V)>,
}

impl<S, V, E, Fut> Future for Beside<'_, '_, S, V, E, Fut>
where
    V: Value,
    Fut: Future,
    S: Returns<Fut::Output, Value = V, Error = E>,
{
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let this = &mut *self;
        loop {
            if let Some(outcome) = ready!(this.steps.poll(context)) {
                return Poll::Ready(outcome);
            }
            let loaded = ready!(this.loader.as_mut().poll(context));
            this.steps.tell(told(S::open(loaded), this.sharing, this.own));
        }
    }
}
