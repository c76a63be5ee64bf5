//! What a miss does: take the lease, load, fill; or wait for whoever does.

mod flight;
mod follow;
mod lead;
mod sharing;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) use flight::Flights;
use flight::{Entered, Outcome, Waited, Waiter};
use lead::{Led, lead};
pub use sharing::ErrorSharing;

use crate::read::{Call, Look};
use crate::record::Token;
use crate::store::{AnyStore, Budget};
use crate::value::Value;

/// The entry's value: from the store, from a load that is under way, or from `loader`, which runs once at the most.
pub(crate) async fn load<V, E, F, Fut>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    loader: F,
) -> Result<Option<V>, E>
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<Option<V>, E>>,
{
    let Some(store) = call.cache.store() else {
        return run(call, loader).await;
    };
    let flights = call.cache.flights();
    let arrived = flights.now();
    let mut budget = call.cache.budget();
    // A server is not asked for what is about to be loaded; asking the memory store is cheaper than asking here.
    let early = if store.typed() { None } else { flights.join_early(call.key, arrived) };
    let look = match early {
        Some(_) => Look::Absent,
        None => call.look::<V>(store, &mut budget).await,
    };
    if let Look::Hit(value) = look {
        call.site.counters.hits.one();
        return Ok(value.map(Arc::unwrap_or_clone));
    }
    call.site.counters.misses.one();
    let miss = Miss { call, store, sharing, budget, came: Instant::now() };
    // Boxed, so that a hit does not carry the room for all that a miss may need.
    let value = Box::pin(miss.resolve(loader, arrived, look, early)).await?;
    Ok(value.map(Arc::unwrap_or_clone))
}

/// What every step of a miss needs.
struct Miss<'a, E> {
    call: Call<'a>,
    store: &'a AnyStore,
    sharing: ErrorSharing<E>,
    budget: Budget,
    came: Instant,
}

impl<E> Miss<'_, E> {
    /// How much longer this caller waits for others: one bound for all its waits together.
    fn patience(&self) -> Duration {
        self.call.cache.settings().wait.saturating_sub(self.came.elapsed())
    }

    async fn resolve<V, F, Fut>(
        mut self,
        loader: F,
        mut arrived: u64,
        mut look: Look<V>,
        early: Option<Waiter>,
    ) -> Result<Option<Arc<V>>, E>
    where
        V: Value,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<V>, E>>,
    {
        let call = self.call;
        let flights = call.cache.flights();
        let mut entered = match early {
            Some(waiter) => Entered::Wait(waiter),
            None => flights.enter(call.key, arrived, seen(&look)),
        };
        let mut waited = false;
        let mut loader = Some(loader);
        loop {
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
                Waited::Leads(leader) => match lead(&mut self, &mut loader, leader, look, waited).await {
                    Led::Done(result) => return result,
                    Led::Follow(waiter) => {
                        look = Look::Absent;
                        entered = Entered::Wait(waiter);
                        continue;
                    }
                },
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
                    if let Some(error) = error.and_then(|error| self.sharing.take(&error)) {
                        call.site.counters.shared.one();
                        return Err(error);
                    }
                }
                Waited::Outcome(Outcome::LookAgain) => {
                    arrived = flights.now();
                    look = call.look(self.store, &mut self.budget).await;
                    if let Look::Hit(value) = look {
                        return Ok(value);
                    }
                    // Nobody waits twice for a load that had begun before: only for one that begins now.
                    entered = flights.enter(call.key, arrived, None);
                    continue;
                }
                Waited::TimedOut => {}
            }
            // What the others do is of no use to this caller: it loads for itself, and does not store.
            return match loader.take() {
                Some(loader) => run(call, loader).await.map(|value| value.map(Arc::new)),
                None => Ok(None),
            };
        }
    }
}

fn seen<V>(look: &Look<V>) -> Option<Token> {
    match look {
        Look::Busy(token) => Some(*token),
        _ => None,
    }
}

/// Runs the loader, and counts it.
async fn run<V, E, F, Fut>(call: Call<'_>, loader: F) -> Result<Option<V>, E>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<Option<V>, E>>,
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
