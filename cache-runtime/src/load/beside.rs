//! A loader beside the protocol that asks for it.
//!
//! All that happens on a miss is the same for every function. If it held the loader's future, it would be compiled once for each
//! of them: for 200 functions that is most of what they cost the compiler. So it asks for what is loaded, and waits; the loader
//! runs beside it, in the same task.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

/// Where a protocol asks for what is loaded, and is told.
pub(crate) struct Ask<T>(Mutex<State<T>>);

enum State<T> {
    Quiet,
    Asked,
    Told(T),
    Heard,
}

impl<T> Ask<T> {
    pub(crate) fn new() -> Ask<T> {
        Ask(Mutex::new(State::Quiet))
    }

    fn swap(&self, state: State<T>) -> State<T> {
        mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), state)
    }

    pub(crate) fn tell(&self, told: T) {
        self.swap(State::Told(told));
    }

    pub(crate) fn is_asked(&self) -> bool {
        matches!(*self.0.lock().unwrap_or_else(PoisonError::into_inner), State::Asked)
    }
}

/// What a protocol takes for a loader: its type tells nothing of the one beside it.
pub(super) struct Asking<'a, T>(pub(super) &'a Ask<T>);

impl<T> Future for Asking<'_, T> {
    type Output = T;

    // Nobody has to be woken: who tells polls this next.
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        match self.0.swap(State::Heard) {
            State::Told(loaded) => Poll::Ready(loaded),
            State::Quiet | State::Asked | State::Heard => {
                self.0.swap(State::Asked);
                Poll::Pending
            }
        }
    }
}

/// Polls `protocol`, and what loads once that has asked for it. It is called for that as often as it is pending.
pub(super) fn poll<P: Future + ?Sized, T>(
    protocol: &mut Pin<Box<P>>,
    ask: &Ask<T>,
    context: &mut Context<'_>,
    load: &mut dyn FnMut(&mut Context<'_>) -> Poll<T>,
) -> Poll<P::Output> {
    loop {
        if let Poll::Ready(done) = protocol.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        if !ask.is_asked() {
            return Poll::Pending;
        }
        ask.tell(ready!(load(context)));
    }
}
