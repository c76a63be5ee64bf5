//! A miss on its way to a value: it leads a load, or waits for who does.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::flight::{Entered, Outcome, Waited};
use super::lead::{Led, lead};
use super::loaded::Load;
use super::sharing::ErrorSharing;
use crate::age::Age;
use crate::read::{Aged, Call, Look, Seen};
use crate::record::Claim;
use crate::store::{AnyStore, Budget};
use crate::value::Value;

/// What every step of a miss needs.
pub(super) struct Miss<'a, V, E> {
    pub(super) call: Call<'a>,
    pub(super) store: &'a AnyStore,
    pub(super) sharing: ErrorSharing<E>,
    pub(super) budget: Budget,
    came: Instant,
    /// What there is in case that the load fails.
    stale: Option<Box<Aged<V>>>,
}

impl<V> Aged<V> {
    /// Whether it is served at once: somebody loads it anew already, or has tried in vain a moment ago.
    pub(super) fn is_servable(&self) -> bool {
        match (self.age, self.claim) {
            (_, Claim::Failed(_)) | (Age::Early | Age::Revalidate, Claim::Loading(_)) => true,
            (_, Claim::Free) | (_, Claim::Loading(_)) => false,
        }
    }
}

/// What readers have to have seen to share the load that runs under it.
pub(super) fn seen<V>(look: &Look<V>) -> Option<&Seen> {
    match look {
        Look::Busy(seen) => Some(seen),
        Look::Aged(aged) => Some(&aged.seen),
        _ => None,
    }
}

impl<'a, V: Value, E> Miss<'a, V, E> {
    pub(super) fn new(
        call: Call<'a>,
        store: &'a AnyStore,
        sharing: ErrorSharing<E>,
        budget: Budget,
    ) -> Miss<'a, V, E> {
        Miss { call, store, sharing, budget, came: Instant::now(), stale: None }
    }

    /// How much longer this caller waits for others: one bound for all its waits together.
    pub(super) fn patience(&self) -> Duration {
        self.call.cache.settings().wait.saturating_sub(self.came.elapsed())
    }

    /// The value from before, where a load has failed and it may still be served.
    pub(super) fn or_stale(&self, result: Result<Option<Arc<V>>, E>) -> Result<Option<Arc<V>>, E> {
        result.or_else(|error| self.take_stale().map(Some).ok_or(error))
    }

    fn take_stale(&self) -> Option<Arc<V>> {
        let now = self.store.now();
        let stale = self.stale.as_ref().filter(|stale| now < stale.ends)?;
        self.call.site.counters.stale_on_error.one();
        Some(Arc::clone(&stale.value))
    }

    pub(super) async fn resolve<F, Fut>(
        mut self,
        mut loader: F,
        mut look: Look<V>,
        mut entered: Entered,
    ) -> Result<Option<Arc<V>>, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Load<Option<V>>, E>>,
    {
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
                        Led::Done(result) => return result,
                        Led::Follow(waiter, back) => {
                            loader = back;
                            look = Look::Absent;
                            entered = Entered::Wait(waiter);
                            continue;
                        }
                    }
                }
                Waited::Outcome(Outcome::Loaded(None)) if call.takes_none => {
                    call.site.counters.shared.one();
                    return Ok(None);
                }
                // Somebody loads another type at this key; that flight is of no use here.
                Waited::Outcome(Outcome::Loaded(None)) => {}
                Waited::Outcome(Outcome::Loaded(Some(value))) => {
                    if let Ok(value) = value.downcast() {
                        call.site.counters.shared.one();
                        return Ok(Some(value));
                    }
                }
                Waited::Outcome(Outcome::Failed(error)) => {
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
                    if let Some(error) = error.and_then(|error| self.sharing.take(&error)) {
                        call.site.counters.shared.one();
                        return Err(error);
                    }
                }
                Waited::Outcome(Outcome::LookAgain) => {
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
            let result = run(call, loader).await.map(|load| load.value.map(Arc::new));
            return self.or_stale(result);
        }
    }
}

/// Runs the loader, and counts it.
pub(crate) async fn run<V, E, F, Fut>(call: Call<'_>, loader: F) -> Result<Load<Option<V>>, E>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<Load<Option<V>>, E>>,
{
    let counters = &call.site.counters;
    counters.loads.one();
    let started = Instant::now();
    let result = loader().await;
    counters.load_micros.add(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
    if result.is_err() {
        counters.load_errors.one();
    }
    result
}
