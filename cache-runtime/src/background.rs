//! Time and tasks, as far as there is a runtime for them.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::clock::Alarm;
#[cfg(feature = "__interleaving")]
use crate::interleaving;

/// Waits for `future`, for `bound` at the most by `clock`, or by that of the caller's runtime; without a runtime there is none, and
/// it waits as long as it takes.
pub(crate) async fn bounded<T>(
    clock: Option<&Handle>,
    bound: Duration,
    future: impl Future<Output = T>,
) -> Option<T> {
    #[cfg(feature = "__interleaving")]
    if interleaving::hook().is_some() {
        return interleaving::bounded(future).await;
    }
    let (mut future, mut alarm) = (pin!(future), None);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => {
            let alarm = alarm.get_or_insert_with(|| Alarm::after(bound, clock));
            Pin::new(alarm).poll(context).map(|()| None)
        }
    })
    .await
}

/// Waits for `future`, and calls `tick` every `period` until it is done.
pub(crate) async fn with_ticks<T>(
    clock: Option<&Handle>,
    future: impl Future<Output = T>,
    period: Duration,
    mut tick: impl FnMut(),
) -> T {
    let mut future = pin!(future);
    loop {
        match bounded(clock, period, future.as_mut()).await {
            Some(value) => return value,
            None => tick(),
        }
    }
}

/// What comes of a future that does not wait: polled once, it takes no room in a caller's. `None`: it would wait.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    // The hook makes each step of the memory store a wait.
    #[cfg(feature = "__interleaving")]
    if interleaving::hook().is_some() {
        return None;
    }
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Does something that nobody waits for: at once as far as it goes without waiting (on the memory store that is all
/// of it), the rest in a task.
///
/// `runtime` is where the store lives; a future may be dropped, and so finished here, outside of any.
pub(crate) fn in_background(runtime: Option<&Handle>, future: impl Future<Output = ()> + Send + 'static) {
    finish(runtime, Box::pin(future));
}

/// A type's own future would take along all that a runtime does with one, which is compiled for each.
type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

fn finish(runtime: Option<&Handle>, mut future: Work) {
    #[cfg(feature = "__interleaving")]
    if let Some(hook) = interleaving::hook() {
        return hook.background(future);
    }
    if future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
        return;
    }
    match runtime.cloned().map_or_else(Handle::try_current, Ok) {
        Ok(runtime) => {
            runtime.spawn(future);
        }
        // The process is on its way out, or the caller left the runtime; leases and marks end by their time.
        Err(_) => tracing::debug!("no runtime to finish a cache step in"),
    }
}

/// A task for somebody who waits for it, and that ends with him. `None`: its runtime has ended, or it has panicked.
pub(crate) struct Attended<T>(JoinHandle<T>);

impl<T: Send + 'static> Attended<T> {
    pub(crate) fn by(runtime: &Handle, future: impl Future<Output = T> + Send + 'static) -> Attended<T> {
        Attended(runtime.spawn(future))
    }
}

impl<T> Future for Attended<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        Pin::new(&mut self.0).poll(context).map(Result::ok)
    }
}

impl<T> Drop for Attended<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Where a task can be started from here.
pub(crate) enum Spawner {
    Runtime(Handle),
    /// Not the hook itself: who starts a task may be sent to another thread.
    #[cfg(feature = "__interleaving")]
    Hook,
}

impl Spawner {
    /// `None`: there is no runtime.
    pub(crate) fn find() -> Option<Spawner> {
        #[cfg(feature = "__interleaving")]
        if interleaving::hook().is_some() {
            return Some(Spawner::Hook);
        }
        Handle::try_current().ok().map(Spawner::Runtime)
    }

    pub(crate) fn spawn(self, future: impl Future<Output = ()> + Send + 'static) {
        self.start(Box::pin(future));
    }

    fn start(self, future: Work) {
        match self {
            Spawner::Runtime(runtime) => drop(runtime.spawn(future)),
            #[cfg(feature = "__interleaving")]
            Spawner::Hook => {
                if let Some(hook) = interleaving::hook() {
                    hook.background(future);
                }
            }
        }
    }
}

/// Lets some time pass, in a task.
pub(crate) async fn pause(time: Duration) {
    #[cfg(feature = "__interleaving")]
    if interleaving::hook().is_some() {
        return interleaving::yield_once().await;
    }
    tokio::time::sleep(time).await;
}
