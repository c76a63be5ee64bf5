//! Waits in a thread for what others wait for in a task.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

/// Wakes a thread. With a flag of its own: a thread's token may be taken by another one's wait inside of this one's.
struct Signal {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// What a thread does while its future is not ready.
pub(super) enum Idle {
    /// It sleeps until it is woken.
    Sleep,
    /// The same, but for this long at the most.
    Nap(Duration),
    GiveUp,
}

/// Runs the future in this thread.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    drive(pin!(future), || Idle::Sleep).unwrap_or_else(unreachable_give_up)
}

/// The same; `idle` says what to do where the future is not ready.
pub(super) fn drive<T>(
    future: Pin<&mut dyn Future<Output = T>>,
    mut idle: impl FnMut() -> Idle,
) -> Option<T> {
    // A task that has had its share is asked to yield, which nothing in here can.
    let mut future = tokio::task::unconstrained(future);
    let mut poll = |waker: &Waker| Pin::new(&mut future).poll(&mut Context::from_waker(waker));
    let mut sleeper: Option<(Arc<Signal>, Waker)> = None;
    loop {
        // Most are ready at once, and need no waker.
        let waker = sleeper.as_ref().map_or(Waker::noop(), |(_, waker)| waker);
        if let Poll::Ready(value) = poll(waker) {
            return Some(value);
        }
        match (idle(), &sleeper) {
            (Idle::GiveUp, _) => return None,
            (Idle::Sleep, Some((signal, _))) => {
                while !signal.woken.swap(false, Ordering::Acquire) {
                    thread::park();
                }
            }
            (Idle::Nap(time), Some((signal, _))) => {
                if !signal.woken.swap(false, Ordering::Acquire) {
                    thread::park_timeout(time);
                }
            }
            (Idle::Sleep | Idle::Nap(_), None) => {
                // Polled once more, so that the future knows whom to wake.
                let signal = Arc::new(Signal { thread: thread::current(), woken: AtomicBool::new(false) });
                sleeper = Some((Arc::clone(&signal), Waker::from(signal)));
            }
        }
    }
}

#[expect(clippy::unreachable, reason = "who sleeps does not give up")]
fn unreachable_give_up<T>() -> T {
    unreachable!("it waits")
}
