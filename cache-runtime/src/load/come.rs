//! A read that has come: what it finds without a loader, or why it needs one.
//!
//! Each way on has a room of its own: most reads are hits, most of the others wait for somebody else's load, thousands of them
//! perhaps, and neither has any use for what the steps of a miss take.

use std::any::Any;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use super::Outcome;
use super::flight::{Entered, Wait, Waiter};
use super::miss::{Came, seen, shared, wait};
use super::nested::LoadOf;
use super::sharing::Fits;
use crate::age::Age;
use crate::background::at_once;
use crate::call::Call;
#[cfg(feature = "redis")]
use crate::looking::{Looking, Named};
use crate::read::Look;
use crate::store::Budget;
use crate::transaction::{self, Pending};

/// How far a read has come.
pub(super) enum Come<'a> {
    Done(Outcome),
    /// It looks at what stands on a server.
    #[cfg(feature = "redis")]
    Looks(Looks<'a>),
    /// It asks the store for something else, or for more.
    Asks(Pin<Box<dyn Future<Output = Come<'a>> + Send + 'a>>),
    Waits(Waits),
    /// It needs a loader.
    Misses(Box<Unanswered>),
    Over,
}

/// What a loader is needed for, and where it has to run.
pub(crate) enum Unanswered {
    /// There is no store, or it would wait for itself.
    Alone,
    /// In a transaction.
    Inside(Arc<Pending>),
    Open(Open),
}

/// A read that what it found does not answer.
pub(crate) struct Open {
    pub(super) budget: Budget,
    pub(super) look: Look,
    pub(super) came: Came,
    pub(super) since: Instant,
}

/// What a caller takes from others.
#[derive(Clone, Copy)]
pub(crate) struct Others {
    pub(super) fits: Fits,
    /// How long it waits for them is decided where it would load.
    pub(super) is_bounded: bool,
}

/// A read that begins.
pub(super) fn come(call: Call<'_>, others: Others) -> Come<'_> {
    let Some(store) = call.cache.store() else { return Come::Misses(Box::new(Unanswered::Alone)) };
    if let Some(pending) = transaction::current() {
        return Come::Misses(Box::new(Unanswered::Inside(pending)));
    }
    let flights = call.cache.flights();
    // Before it looks.
    let (arrived, mut budget) = (flights.now(), call.cache.budget());
    let arrival = Arrival { call, others, arrived };
    if store.typed() {
        // Asking the memory store is cheaper than asking here.
        if let Some(look) = at_once(call.look(store, &mut budget)) {
            return arrival.go_on(budget, look, None);
        }
    } else if let Some(waiter) = flights.join_early(call.key, arrived) {
        // A server is not asked for what is about to be loaded: that is as good.
        return arrival.go_on(budget, Look::Absent, Some(waiter));
    }
    #[cfg(feature = "redis")]
    match Looking::begin(call, store) {
        Some(Ok(looking)) => return Come::Looks(Looks { looking, arrived, budget }),
        Some(Err(look)) => return arrival.go_on(budget, look, None),
        None => {}
    }
    Come::Asks(Box::pin(async move {
        let look = call.look(store, &mut budget).await;
        arrival.go_on(budget, look, None)
    }))
}

/// A read that comes to know what there is.
struct Arrival<'a> {
    call: Call<'a>,
    others: Others,
    /// When it came, by the flights' clock.
    arrived: u64,
}

impl<'a> Arrival<'a> {
    /// `early`: it has not looked, as a load of its key is about to begin.
    fn go_on(self, budget: Budget, look: Look, early: Option<Waiter>) -> Come<'a> {
        match self.answer(look) {
            Ok(outcome) => Come::Done(outcome),
            Err(look) => self.unanswered(budget, look, early),
        }
    }

    /// What a look answers by itself; else what there is.
    #[inline]
    fn answer(&self, look: Look) -> Result<Outcome, Look> {
        match look {
            Look::Hit(value) => {
                self.call.site.counters.hits().one();
                Ok(Ok(value))
            }
            Look::Aged(aged) if aged.is_servable() => Ok(Ok(Some(self.call.serve(&aged)))),
            other => Err(other),
        }
    }

    fn unanswered(self, budget: Budget, look: Look, early: Option<Waiter>) -> Come<'a> {
        let Arrival { call, others, arrived } = self;
        // Whoever waits for himself: for the load around this, or, as the leader of another one, until that one is done.
        if LoadOf::of(call).is_polled() {
            call.site.counters.misses().one();
            return Come::Misses(Box::new(Unanswered::Alone));
        }
        let entered = match early {
            Some(waiter) => Entered::Wait(waiter),
            None => call.cache.flights().enter(call.key, arrived, seen(&look)),
        };
        let since = Instant::now();
        match (look, entered) {
            // In its window the value is good enough for all but the caller who loads it anew.
            (Look::Aged(aged), Entered::Wait(_)) if aged.age != Age::IfError => {
                Come::Done(Ok(Some(call.serve(&aged))))
            }
            // With nothing to fall back on there is nothing to do but to wait.
            (_, Entered::Wait(waiter)) if call.policy.stale_window().is_zero() && !others.is_bounded => {
                Come::Waits(Waits::new(call, budget, since, waiter))
            }
            (look, entered) => Open { budget, look, came: Came::Entered(entered), since }.misses(),
        }
    }
}

/// A read that looks at what stands on a server.
#[cfg(feature = "redis")]
pub(super) struct Looks<'a> {
    looking: Looking<'a>,
    arrived: u64,
    budget: Budget,
}

#[cfg(feature = "redis")]
impl<'a> Looks<'a> {
    fn poll(
        &mut self,
        call: Call<'a>,
        others: Others,
        place: Option<&mut dyn Any>,
        context: &mut Context<'_>,
    ) -> Poll<Result<Outcome, Come<'a>>> {
        let looked = ready!(self.looking.poll(call, &mut self.budget, place, context));
        let arrival = Arrival { call, others, arrived: self.arrived };
        Poll::Ready(match looked {
            Ok(look) => {
                arrival.answer(look).map_err(|look| arrival.unanswered(self.budget.take(), look, None))
            }
            Err(named) => {
                let mut budget = self.budget.take();
                Err(Come::Asks(Box::pin(async move {
                    let Named { store, found } = *named;
                    let look = call.interpret_found(store, &mut budget, found).await;
                    arrival.go_on(budget, look, None)
                })))
            }
        })
    }
}

/// A read that waits for somebody else's load.
pub(super) struct Waits {
    wait: Wait,
    budget: Budget,
    since: Instant,
}

impl Waits {
    fn new(call: Call<'_>, mut budget: Budget, since: Instant, waiter: Waiter) -> Waits {
        call.site.counters.misses().one();
        budget.pause();
        Waits { wait: wait(call, since, waiter), budget, since }
    }

    fn poll<'a>(
        &mut self,
        call: Call<'a>,
        others: Others,
        context: &mut Context<'_>,
    ) -> Poll<Result<Outcome, Come<'a>>> {
        let waited = ready!(Pin::new(&mut self.wait).poll(context));
        Poll::Ready(shared(call, others.fits, waited).map_err(|ended| {
            let (budget, since) = (self.budget.take(), self.since);
            Open { budget, look: Look::Absent, came: Came::Waited(ended), since }.misses()
        }))
    }
}

impl<'a> Come<'a> {
    /// Goes on for as long as there is something to wait for: to an outcome, or to what it needs a loader for. A hit may be put into
    /// the caller's `place`.
    #[cfg_attr(
        not(feature = "redis"),
        expect(unused_mut, unused_variables, reason = "only a look at a server ends here")
    )]
    pub(super) fn poll(
        &mut self,
        call: Call<'a>,
        others: Others,
        mut place: Option<&mut dyn Any>,
        context: &mut Context<'_>,
    ) -> Poll<Result<Outcome, Box<Unanswered>>> {
        loop {
            let next = match self {
                // Nothing is moved that need not be: this is a hit, or one of thousands that are woken.
                #[cfg(feature = "redis")]
                Come::Looks(looks) => match ready!(looks.poll(call, others, place.take(), context)) {
                    Ok(outcome) => return Poll::Ready(Ok(outcome)),
                    Err(on) => on,
                },
                Come::Waits(waits) => match ready!(waits.poll(call, others, context)) {
                    Ok(outcome) => return Poll::Ready(Ok(outcome)),
                    Err(on) => on,
                },
                Come::Asks(asks) => ready!(asks.as_mut().poll(context)),
                Come::Done(_) | Come::Misses(_) => mem::replace(self, Come::Over),
                // Nobody polls what is done.
                Come::Over => return Poll::Pending,
            };
            match next {
                Come::Done(outcome) => return Poll::Ready(Ok(outcome)),
                Come::Misses(unanswered) => return Poll::Ready(Err(unanswered)),
                on => *self = on,
            }
        }
    }
}

impl Open {
    fn misses<'a>(self) -> Come<'a> {
        Come::Misses(Box::new(Unanswered::Open(self)))
    }

    /// Counts it, if that was not done before it waited.
    pub(super) fn count(&self, call: Call<'_>) {
        if let Came::Entered(_) = self.came {
            call.site.counters.misses().one();
        }
    }
}
