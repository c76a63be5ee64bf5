//! A place in the line of those who wait for a flight.

use std::borrow::Borrow;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::flight::{Flight, Outcome, Phase, State};
#[cfg(feature = "__interleaving")]
use crate::interleaving;

/// It is given up before `who` waits there is dropped: the last one to leave a flight finds nobody in its line.
pub(super) struct Place<W: Borrow<Arc<Flight>>> {
    who: W,
    state: Waiting,
}

enum Waiting {
    /// Its place is taken with the first poll.
    Comes {
        bound: Duration,
    },
    Stands {
        at: usize,
    },
}

impl<W: Borrow<Arc<Flight>>> Place<W> {
    /// For `bound` at the most; without a runtime there is no clock, and it is for as long as it takes.
    pub(super) fn new(who: W, bound: Duration) -> Place<W> {
        Place { who, state: Waiting::Comes { bound } }
    }

    /// The outcome, or what `orphaned` makes of a flight that nobody leads; `None`: it has waited for long enough.
    pub(super) fn poll<T>(
        &mut self,
        context: &mut Context<'_>,
        orphaned: impl Fn(&Arc<Flight>, &mut State) -> Option<T>,
    ) -> Poll<Option<Result<&Outcome, T>>> {
        let flight = self.who.borrow();
        if let Some(outcome) = flight.outcome.get() {
            return Poll::Ready(Some(Ok(outcome)));
        }
        let mut state = flight.state();
        // It may have come before the lock did; from now on it finds this one in the line.
        if let Some(outcome) = flight.outcome.get() {
            return Poll::Ready(Some(Ok(outcome)));
        }
        if let Phase::Orphaned = state.phase
            && let Some(found) = orphaned(flight, &mut state)
        {
            return Poll::Ready(Some(Err(found)));
        }
        // The hook decides when a time is over, and not of one that begins now.
        #[cfg(feature = "__interleaving")]
        let (is_bounded, is_over) = match interleaving::hook() {
            Some(hook) => (false, matches!(self.state, Waiting::Stands { .. }) && hook.time_is_up()),
            None => (true, false),
        };
        #[cfg(not(feature = "__interleaving"))]
        let (is_bounded, is_over) = (true, false);
        let line = &mut state.line;
        let at = match self.state {
            Waiting::Comes { bound } => line.enter(is_bounded.then_some(bound), |alarm| {
                Waker::from(Arc::new(Ring { flight: Arc::downgrade(flight), alarm }))
            }),
            Waiting::Stands { at } => at,
        };
        self.state = Waiting::Stands { at };
        let (is_late, _replaced) = line.look(at, context.waker());
        drop(state);
        if is_late || is_over { Poll::Ready(None) } else { Poll::Pending }
    }
}

impl<W: Borrow<Arc<Flight>>> Drop for Place<W> {
    fn drop(&mut self) {
        // With the outcome the line has gone.
        if let Waiting::Stands { at } = self.state
            && let flight = self.who.borrow()
            && flight.outcome.get().is_none()
        {
            let _left = flight.state().line.leave(at);
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
        late.into_iter().for_each(Waker::wake);
    }
}
