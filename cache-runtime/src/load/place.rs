//! A place in the line of those who wait for a flight.

use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::flight::{Flight, Outcome, Phase, State};
#[cfg(feature = "__interleaving")]
use crate::interleaving;
use crate::waking::wake;

pub(super) struct Place {
    flight: Arc<Flight>,
    bound: Duration,
    /// Taken with the first poll.
    at: Option<usize>,
}

impl Place {
    /// For `bound` at the most; without a runtime there is no clock, and it is for as long as it takes.
    pub(super) fn new(flight: Arc<Flight>, bound: Duration) -> Place {
        Place { flight, bound, at: None }
    }

    /// The outcome, or what `orphaned` makes of a flight that nobody leads; `None`: it has waited for long enough.
    pub(super) fn poll<T>(
        &mut self,
        context: &mut Context<'_>,
        orphaned: impl Fn(&mut State) -> Option<T>,
    ) -> Poll<Option<Result<&Outcome, T>>> {
        let flight = &self.flight;
        if let Some(outcome) = flight.outcome.get() {
            return Poll::Ready(Some(Ok(outcome)));
        }
        let mut state = flight.state();
        // It may have come before the lock did; from now on it finds this one in the line.
        if let Some(outcome) = flight.outcome.get() {
            return Poll::Ready(Some(Ok(outcome)));
        }
        if let Phase::Orphaned = state.phase
            && let Some(found) = orphaned(&mut state)
        {
            return Poll::Ready(Some(Err(found)));
        }
        // The hook decides when a time is over, and not of one that begins now.
        #[cfg(feature = "__interleaving")]
        let (bound, is_over) = match interleaving::hook() {
            Some(hook) => (None, self.at.is_some() && hook.time_is_up()),
            None => (Some(self.bound), false),
        };
        #[cfg(not(feature = "__interleaving"))]
        let (bound, is_over) = (Some(self.bound), false);
        let line = &mut state.line;
        let at = *self.at.get_or_insert_with(|| {
            line.enter(bound, |alarm| Waker::from(Arc::new(Ring { flight: Arc::downgrade(flight), alarm })))
        });
        let (is_late, _replaced) = line.look(at, context.waker());
        drop(state);
        if is_late || is_over { Poll::Ready(None) } else { Poll::Pending }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // With the outcome the line has gone.
        if let Some(at) = self.at
            && self.flight.outcome.get().is_none()
        {
            let _left = self.flight.state().line.leave(at);
        }
    }
}

/// Tells those who have waited for long enough.
struct Ring {
    flight: Weak<Flight>,
    alarm: u64,
}

impl Wake for Ring {
    fn wake(self: Arc<Self>) {
        let Some(flight) = self.flight.upgrade() else { return };
        let (late, _timer) = flight.state().line.late(self.alarm);
        late.into_iter().for_each(wake);
    }
}
