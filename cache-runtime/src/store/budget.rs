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

    /// Takes a step, for as long as there is time.
    #[cfg(feature = "redis")]
    pub(crate) async fn spend<T>(
        &mut self,
        step: impl Future<Output = super::Answer<T>>,
    ) -> super::Answer<T> {
        use crate::error::CacheError;
        if self.left.is_zero() {
            return Err(CacheError::DeadlineExceeded);
        }
        // Some executors have no clock of Tokio's, and a future may be dropped, and so finished here, outside of any.
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(CacheError::Unavailable { reason: "there is no Tokio runtime here".into() });
        }
        let started = tokio::time::Instant::now();
        let answer = tokio::time::timeout(self.left, step).await;
        self.left = self.left.saturating_sub(started.elapsed());
        answer.unwrap_or(Err(CacheError::DeadlineExceeded))
    }
}
