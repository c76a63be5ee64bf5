//! The transaction that the code which runs now is a part of.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::pending::Pending;

tokio::task_local! {
    /// Set while a future is polled, and while it is dropped: needs no runtime, and is not handed on to other tasks.
    static CURRENT: Arc<Pending>;
}

thread_local! {
    /// Whether it is set. Each near hit asks, and this is read without asking whether the thread is ending.
    static IS_OPEN: Cell<bool> = const { Cell::new(false) };
}

/// What the changes of the transaction around this code are kept in, if there is one.
pub(crate) fn current() -> Option<Arc<Pending>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Whether there is one.
#[inline]
pub(crate) fn is_open() -> bool {
    IS_OPEN.get()
}

pub(super) async fn within<F: Future>(pending: Arc<Pending>, future: F) -> F::Output {
    let mut inside = Inside(Some(Box::pin(future)));
    CURRENT.scope(pending, poll_fn(move |context| inside.poll(context))).await
}

/// A future of the transaction. It is on the heap, so that it can be dropped in its place.
struct Inside<F>(Option<Pin<Box<F>>>);

impl<F: Future> Inside<F> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<F::Output> {
        let _open = Open::begin();
        self.0.as_mut().map_or(Poll::Pending, |future| future.as_mut().poll(context))
    }
}

impl<F> Drop for Inside<F> {
    fn drop(&mut self) {
        let _open = Open::begin();
        self.0 = None;
    }
}

/// Sets it; dropped, it is as before.
struct Open {
    before: bool,
}

impl Open {
    fn begin() -> Open {
        Open { before: IS_OPEN.replace(true) }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        IS_OPEN.set(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wherever the one is looked at, the other says the same.
    ///
    /// Bites: without `Open::begin` in `Inside::poll`, or in `Inside::drop`; without the one in `Open::drop`.
    #[tokio::test]
    async fn it_is_open_where_there_is_one() {
        struct Look(fn());
        impl Drop for Look {
            fn drop(&mut self) {
                (self.0)();
            }
        }
        fn inside() {
            assert!(is_open() && current().is_some());
        }
        fn outside() {
            assert!(!is_open() && current().is_none());
        }
        outside();
        within(Arc::default(), async {
            inside();
            within(Arc::default(), async { inside() }).await;
            inside();
        })
        .await;
        outside();
        // Between two polls, and dropped before it has ended.
        let mut pending = Box::pin(within(Arc::default(), async {
            let _look = Look(inside);
            tokio::task::yield_now().await;
        }));
        poll_fn(|context| {
            assert!(pending.as_mut().poll(context).is_pending());
            outside();
            Poll::Ready(())
        })
        .await;
        drop(pending);
        outside();
    }
}
