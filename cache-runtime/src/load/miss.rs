//! A miss on its way to a value: it leads a load, or waits for who does.

use std::future::Future;
use std::time::{Duration, Instant};

use super::Outcome;
use super::flight::{self, Entered, Wait, Waited, Waiter};
use super::lead::{Led, lead};
use super::loaded::Loading;
use super::sharing::{Failure, Fits};
use crate::age::Age;
use crate::call::Call;
use crate::read::{Aged, Look, Seen};
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

/// How far a miss has come with the flight of its key.
pub(super) enum Came {
    Entered(Entered),
    Waited(Waited),
}

/// Waits for a flight; all waits of a caller that `came` then have one bound together.
pub(super) fn wait(call: Call<'_>, came: Instant, waiter: Waiter) -> Wait {
    call.site.counters.waits().one();
    waiter.wait(call.cache.settings().wait.saturating_sub(came.elapsed()))
}

/// What waiting came to, where that is what a caller is given who has nothing to fall back on.
pub(super) fn shared(call: Call<'_>, fits: Fits, waited: Waited) -> Result<Outcome, Waited> {
    let outcome = match waited {
        Waited::Outcome(flight::Outcome::Loaded(None)) if call.takes_none => Ok(None),
        Waited::Outcome(flight::Outcome::Loaded(Some(value))) if call.coding.is(&value) => Ok(Some(value)),
        Waited::Outcome(flight::Outcome::Failed(Some(error))) if fits(&error) => Err(Failure::Shared(error)),
        other => return Err(other),
    };
    call.site.counters.shared().one();
    Ok(outcome)
}

impl<'a> Miss<'a> {
    pub(super) fn new(
        call: Call<'a>,
        store: &'a AnyStore,
        fits: Fits,
        budget: Budget,
        came: Instant,
    ) -> Miss<'a> {
        Miss { call, store, fits, budget, came, stale: None }
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
        self.call.site.counters.stale_on_error().one();
        Some(Kept::clone(&stale.value))
    }

    /// What stands in for a load of another caller that failed, if it may.
    async fn fall_back(&mut self, outcome: &Waited) -> Option<Kept> {
        let Waited::Outcome(flight::Outcome::Failed(_)) = outcome else { return None };
        // Who joined a load before it began has not looked whether there is something to fall back on.
        if self.stale.is_none()
            && !self.call.policy.stale_window().is_zero()
            && let Look::Aged(aged) = Box::pin(self.call.look(self.store, &mut self.budget)).await
        {
            self.stale = Some(aged);
        }
        self.take_stale()
    }

    pub(super) async fn resolve(mut self, mut loader: Loading, mut look: Look, mut came: Came) -> Outcome {
        let call = self.call;
        let flights = call.cache.flights();
        let mut waited = false;
        loop {
            if let Look::Aged(aged) = &look {
                self.stale = Some(aged.clone());
            }
            let ended = match came {
                Came::Entered(Entered::Lead(leader)) => Waited::Leads(leader),
                Came::Entered(Entered::Wait(waiter)) => {
                    waited = true;
                    // What was seen is old by the time that the wait ends.
                    look = Look::Absent;
                    self.budget.pause();
                    wait(call, self.came, waiter).await
                }
                Came::Waited(ended) => {
                    waited = true;
                    ended
                }
            };
            if let Some(stale) = self.fall_back(&ended).await {
                return Ok(Some(stale));
            }
            let ended = match shared(call, self.fits, ended) {
                Ok(outcome) => return outcome,
                Err(ended) => ended,
            };
            match ended {
                // Boxed, as every look below: those who wait, and there may be thousands, have no use for the room.
                Waited::Leads(leader) => {
                    match Box::pin(lead(&mut self, loader, leader, look, waited)).await {
                        Led::Done(outcome) => return outcome,
                        Led::Follow(waiter, back) => {
                            loader = back;
                            look = Look::Absent;
                            came = Came::Entered(Entered::Wait(waiter));
                            continue;
                        }
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
                    came = Came::Entered(flights.enter(call.key, arrived, None));
                    continue;
                }
                // Somebody loads another type at this key, or fails in a way that can't be shared.
                Waited::Outcome(flight::Outcome::Loaded(_) | flight::Outcome::Failed(_)) => {}
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
    counters.loads().one();
    let started = Instant::now();
    let result = loader.await;
    counters.load_micros().add(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
    if result.is_err() {
        counters.load_errors().one();
    }
    result
}
