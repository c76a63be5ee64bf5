//! The time that one call may spend on its store.

use std::time::Duration;

/// What is left of a call's deadline: all its steps together share one. Loads and waits are not counted.
#[derive(Debug)]
pub(crate) struct Budget {
    left: Duration,
    /// Since when the time runs. Looked at by the next step only: most calls have one, and a look at the clock costs as much
    /// as everything else here.
    #[cfg(feature = "redis")]
    since: Option<tokio::time::Instant>,
}

impl Budget {
    pub(crate) fn new(deadline: Duration) -> Budget {
        Budget {
            left: deadline,
            #[cfg(feature = "redis")]
            since: None,
        }
    }

    /// What is left while nothing is spent, for who goes on.
    pub(crate) fn rest(&self) -> Budget {
        Budget::new(self.left)
    }

    /// A load, a write to the source or a wait begins: its time does not count.
    pub(crate) fn pause(&mut self) {
        #[cfg(feature = "redis")]
        if let Some(since) = self.since.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
    }

    /// Takes a step, for as long as there is time by the clock of `runtime`: the caller may be in another executor, or, with a
    /// future that is dropped, in none.
    #[cfg(feature = "redis")]
    pub(crate) async fn spend<T>(
        &mut self,
        runtime: &tokio::runtime::Handle,
        // By value it would be held twice, as an argument and inside of what bounds it.
        step: std::pin::Pin<&mut impl Future<Output = super::Answer<T>>>,
    ) -> super::Answer<T> {
        use crate::error::CacheError;
        let started = tokio::time::Instant::now();
        if let Some(since) = self.since.replace(started) {
            self.left = self.left.saturating_sub(started - since);
        }
        if self.left.is_zero() {
            return Err(CacheError::DeadlineExceeded);
        }
        let step = {
            let _runtime = runtime.enter();
            tokio::time::timeout_at(started + self.left, step)
        };
        step.await.unwrap_or_else(|_| {
            self.left = Duration::ZERO;
            Err(CacheError::DeadlineExceeded)
        })
    }
}
