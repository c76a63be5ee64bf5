//! A miss on its way to a value: it leads a load, or waits for who does.

use std::future::Future;
use std::time::{Duration, Instant};

use super::Outcome;
use super::flight::{self, Entered, Waited};
use super::lead::{Led, lead};
use super::loaded::Loading;
use super::sharing::{Failure, Fits};
use crate::age::Age;
use crate::read::{Aged, Call, Look, Seen};
use crate::record::Claim;
use crate::store::{AnyStore, Budget};
use crate::value::Kept;

/// What every step of a miss needs.
pub(super) struct Miss<'a> {
    pub(super) call: Call<'a>,
    pub(super) store: &'a AnyStore,
    fits: Fits,
    pub(super) budget: Budget,
    came: Instant,
    /// What there is in case that the load fails.
    stale: Option<Box<Aged>>,
}

impl Aged {
    /// Whether it is served at once: somebody loads it anew already, or has tried in vain a moment ago.
    pub(super) fn is_servable(&self) -> bool {
        match (self.age, self.claim) {
            (_, Claim::Failed(_)) | (Age::Early | Age::Revalidate, Claim::Loading(_)) => true,
            (_, Claim::Free) | (_, Claim::Loading(_)) => false,
        }
    }
}

/// What readers have to have seen to share the load that runs under it.
pub(super) fn seen(look: &Look) -> Option<&Seen> {
    match look {
        Look::Busy(seen) => Some(seen),
        Look::Aged(aged) => Some(&aged.seen),
        _ => None,
    }
}

impl<'a> Miss<'a> {
    pub(super) fn new(call: Call<'a>, store: &'a AnyStore, fits: Fits, budget: Budget) -> Miss<'a> {
        Miss { call, store, fits, budget, came: Instant::now(), stale: None }
    }

    /// How much longer this caller waits for others: one bound for all its waits together.
    pub(super) fn patience(&self) -> Duration {
        self.call.cache.settings().wait.saturating_sub(self.came.elapsed())
    }

    /// The value from before, where a load has failed and it may still be served.
    pub(super) fn or_stale(&self, outcome: Outcome) -> Outcome {
        outcome.or_else(|failure| self.take_stale().map(Some).ok_or(failure))
    }

    fn take_stale(&self) -> Option<Kept> {
        let now = self.store.now();
        let stale = self.stale.as_ref().filter(|stale| now < stale.ends)?;
        self.call.site.counters.stale_on_error.one();
        Some(Kept::clone(&stale.value))
    }

    pub(super) async fn resolve(
        mut self,
        mut loader: Loading,
        mut look: Look,
        mut entered: Entered,
    ) -> Outcome {
        let call = self.call;
        let flights = call.cache.flights();
        let mut waited = false;
        loop {
            if let Look::Aged(aged) = &look {
                self.stale = Some(aged.clone());
            }
            let came = match entered {
                Entered::Wait(waiter) => {
                    call.site.counters.waits.one();
                    waited = true;
                    // What was seen is old by the time that the wait ends.
                    look = Look::Absent;
                    self.budget.pause();
                    waiter.wait(self.patience()).await
                }
                Entered::Lead(leader) => Waited::Leads(leader),
            };
            match came {
                // Boxed, as every look below: those who wait, and there may be thousands, have no use for the room.
                Waited::Leads(leader) => {
                    match Box::pin(lead(&mut self, loader, leader, look, waited)).await {
                        Led::Done(outcome) => return outcome,
                        Led::Follow(waiter, back) => {
                            loader = back;
                            look = Look::Absent;
                            entered = Entered::Wait(waiter);
                            continue;
                        }
                    }
                }
                Waited::Outcome(flight::Outcome::Loaded(None)) if call.takes_none => {
                    call.site.counters.shared.one();
                    return Ok(None);
                }
                // Somebody loads another type at this key; that flight is of no use here.
                Waited::Outcome(flight::Outcome::Loaded(None)) => {}
                Waited::Outcome(flight::Outcome::Loaded(Some(value))) => {
                    if call.coding.is(&value) {
                        call.site.counters.shared.one();
                        return Ok(Some(value));
                    }
                }
                Waited::Outcome(flight::Outcome::Failed(error)) => {
                    // Who joined a load before it began has not looked whether there is something to fall back on.
                    if self.stale.is_none()
                        && !call.policy.stale_window().is_zero()
                        && let Look::Aged(aged) = Box::pin(call.look(self.store, &mut self.budget)).await
                    {
                        self.stale = Some(aged);
                    }
                    if let Some(stale) = self.take_stale() {
                        return Ok(Some(stale));
                    }
                    if let Some(error) = error.filter(self.fits) {
                        call.site.counters.shared.one();
                        return Err(Failure::Shared(error));
                    }
                }
                Waited::Outcome(flight::Outcome::LookAgain) => {
                    let arrived = flights.now();
                    look = Box::pin(call.look(self.store, &mut self.budget)).await;
                    match look {
                        Look::Hit(value) => return Ok(value),
                        Look::Aged(aged) if aged.is_servable() => return Ok(Some(aged.value)),
                        other => look = other,
                    }
                    // Nobody waits twice for a load that had begun before: only for one that begins now.
                    entered = flights.enter(call.key, arrived, None);
                    continue;
                }
                Waited::TimedOut => {}
            }
            // What the others do is of no use to this caller: it loads for itself, and does not store.
            let loaded = run(call, loader).await;
            return self.or_stale(loaded.map(|load| load.value).map_err(|_| Failure::Own));
        }
    }
}

/// Runs the loader, and counts it.
pub(crate) async fn run<T, E>(call: Call<'_>, loader: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let counters = &call.site.counters;
    counters.loads.one();
    let started = Instant::now();
    let result = loader.await;
    counters.load_micros.add(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
    if result.is_err() {
        counters.load_errors.one();
    }
    result
}
