//! Waking those whom somebody else's executor polls.
//!
//! A waker is foreign code, and may panic: that of an executor whose queue is gone, for one. Whoever wakes must not end with it, be it
//! the clock of the process, or a leader with a line of others behind the one that can't be woken.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Its panic is reported by the process's hook, and is nobody else's.
pub(crate) fn wake(waker: Waker) {
    let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
}

/// Stands between a timer, whose thread many share, and whoever waits for it.
#[derive(Default)]
pub(crate) struct Guard(Arc<Shared>);

#[derive(Default)]
struct Shared(Mutex<Option<Waker>>);

impl Guard {
    /// Polls so that whoever polls with `context` is woken, and by nothing that can panic.
    pub(crate) fn poll<T>(
        &self,
        context: &Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let mut inner = self.0.inner();
        let replaced = match &*inner {
            Some(known) if known.will_wake(context.waker()) => None,
            _ => inner.replace(context.waker().clone()),
        };
        drop(inner);
        // Without the lock: a waker may take a task along, and that one this.
        drop(replaced);
        poll(&mut Context::from_waker(&Waker::from(Arc::clone(&self.0))))
    }
}

impl Shared {
    fn inner(&self) -> MutexGuard<'_, Option<Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        let inner = self.inner().take();
        if let Some(inner) = inner {
            wake(inner);
        }
    }
}
