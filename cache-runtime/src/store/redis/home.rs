//! Where a cache on a server lives.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::runtime::Handle;

use super::Answer;
use super::servers::unavailable;
use crate::background::Attended;
use crate::clock;
use crate::store::Budget;

/// The runtime that the cache was built in. Its connections live there, with all that looks after them, whoever has caused one: a
/// caller may be in a runtime that ends earlier, or in none.
#[derive(Clone)]
pub(crate) struct Home {
    runtime: Handle,
    clock: Handle,
}

impl Home {
    pub(crate) fn here() -> Answer<Home> {
        let Ok(runtime) = Handle::try_current() else {
            return Err(unavailable("a server can only be connected to in a Tokio runtime"));
        };
        // Without a thread for the process's clock this one has to do.
        let clock = clock::own().unwrap_or_else(|| runtime.clone());
        Ok(Home { runtime, clock })
    }

    pub(super) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Looks after something there, for as long as it takes.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        drop(self.runtime.spawn(work));
    }

    /// Does something there that makes connections, for as long as somebody waits for it.
    pub(super) async fn make<T: Send + 'static>(
        &self,
        work: impl Future<Output = Answer<T>> + Send + 'static,
    ) -> Answer<T> {
        let made = Attended::by(&self.runtime, work).await;
        made.unwrap_or_else(|| Err(unavailable("the runtime that the cache was built in has ended")))
    }

    /// A step of a caller, wherever that is.
    pub(super) async fn bounded<T>(
        &self,
        bound: Duration,
        step: impl Future<Output = Answer<T>>,
    ) -> Answer<T> {
        Budget::new(bound).spend(&self.clock, pin!(step)).await
    }

    /// What bounds whoever waits for a server: it goes on whatever becomes of the runtime.
    #[inline]
    pub(super) fn clock(&self) -> &Handle {
        &self.clock
    }
}
