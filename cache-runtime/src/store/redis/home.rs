//! Where a cache on a server lives.

use tokio::runtime::Handle;

use super::Answer;
use super::servers::unavailable;
use crate::clock;

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
        let clock = clock::own().unwrap_or(&runtime).clone();
        Ok(Home { runtime, clock })
    }

    pub(super) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// What bounds whoever waits for a server: it goes on whatever becomes of the runtime.
    #[inline]
    pub(super) fn clock(&self) -> &Handle {
        &self.clock
    }
}
