//! A question from the steps of a read to whoever polls them, in the same task.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// Where the steps ask for something, and are told.
pub(super) struct Ask<T>(Mutex<State<T>>);

enum State<T> {
    Quiet,
    Asked,
    Told(T),
    Heard,
}

impl<T> Ask<T> {
    pub(super) fn new() -> (Arc<Ask<T>>, Asking<T>) {
        let ask = Arc::new(Ask(Mutex::new(State::Quiet)));
        (Arc::clone(&ask), Asking(ask))
    }

    fn swap(&self, state: State<T>) -> State<T> {
        mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), state)
    }

    pub(super) fn is_asked(&self) -> bool {
        matches!(*self.0.lock().unwrap_or_else(PoisonError::into_inner), State::Asked)
    }

    pub(super) fn tell(&self, told: T) {
        self.swap(State::Told(told));
    }
}

/// What the steps wait for.
pub(crate) struct Asking<T>(Arc<Ask<T>>);

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
