//! The time that one call may spend on its store.

use std::time::Duration;

/// What is left of a call's deadline: all its steps together share one. Loads and waits are not counted.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(super) left: Duration,
    /// Since when the time runs. Looked at by the next step only: most calls have one, and a look at the clock costs as much
    /// as everything else here.
    #[cfg(feature = "redis")]
    pub(super) since: Option<std::time::Instant>,
}

impl Budget {
    pub(crate) fn new(deadline: Duration) -> Budget {
        Budget {
            left: deadline,
            #[cfg(feature = "redis")]
            since: None,
        }
    }

    /// All of it, for who goes on; here is none left.
    pub(crate) fn take(&mut self) -> Budget {
        std::mem::replace(self, Budget::new(Duration::ZERO))
    }

    /// A load, a write to the source or a wait begins: its time does not count.
    pub(crate) fn pause(&mut self) {
        #[cfg(feature = "redis")]
        if let Some(since) = self.since.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
    }
}
