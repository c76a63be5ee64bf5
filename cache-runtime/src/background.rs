//! Time and tasks, as far as there is a runtime for them.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;

#[cfg(feature = "__interleaving")]
use crate::interleaving;

/// Waits for `future`, for `bound` at the most; without a runtime there is no clock, and it waits as long as it takes.
pub(crate) async fn bounded<T>(
    runtime: Option<&Handle>,
    bound: Duration,
    future: impl Future<Output = T>,
) -> Option<T> {
    #[cfg(feature = "__interleaving")]
    if interleaving::hook().is_some() {
        return interleaving::bounded(future).await;
    }
    let Some(runtime) = runtime.cloned().or_else(|| Handle::try_current().ok()) else {
        return Some(future.await);
    };
    let bounded = {
        let _runtime = runtime.enter();
        timeout(bound, future)
    };
    bounded.await.ok()
}

/// Waits for `future`, and calls `tick` every `period` until it is done.
pub(crate) async fn with_ticks<T>(
    runtime: Option<&Handle>,
    future: impl Future<Output = T>,
    period: Duration,
    mut tick: impl FnMut(),
) -> T {
    let mut future = pin!(future);
    loop {
        match bounded(runtime, period, future.as_mut()).await {
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
