//! The time that one call may spend on its store.

use std::time::Duration;

/// What is left of a call's deadline: all its steps together share one. Loads and waits are not counted.
#[derive(Debug)]
pub(crate) struct Budget {
    #[cfg_attr(not(feature = "redis"), expect(dead_code, reason = "the memory store answers at once"))]
    left: Duration,
}

impl Budget {
    pub(crate) fn new(deadline: Duration) -> Budget {
        Budget { left: deadline }
    }

    /// Whether there is no time left to ask for anything.
    #[cfg(feature = "redis")]
    pub(crate) fn is_spent(&self) -> bool {
        self.left.is_zero()
    }

    /// Takes a step, for as long as there is time by the clock of `runtime`: the caller may be in another executor, or, with a
    /// future that is dropped, in none.
    #[cfg(feature = "redis")]
    pub(crate) async fn spend<T>(
        &mut self,
        runtime: &tokio::runtime::Handle,
        step: impl Future<Output = super::Answer<T>>,
    ) -> super::Answer<T> {
        use crate::error::CacheError;
        let started = tokio::time::Instant::now();
        let step = {
            let _runtime = runtime.enter();
            tokio::time::timeout_at(started + self.left, step)
        };
        let answer = step.await;
        self.left = self.left.saturating_sub(started.elapsed());
        answer.unwrap_or(Err(CacheError::DeadlineExceeded))
    }
}
