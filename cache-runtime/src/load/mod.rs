//! What a read does that has a loader: serve what there is, load what is missing, and load anew what gets old.
//!
//! A miss takes the lease, loads and fills, or waits for whoever does. A value that gets old stays in its place while one
//! caller, who has claimed it, loads it anew.

mod batch;
mod flight;
mod follow;
mod hold;
mod inside;
mod lead;
mod loaded;
mod miss;
pub(crate) mod returns;
mod sharing;
pub(crate) mod tags;
mod task;

use std::future::Future;
use std::sync::Arc;

pub(crate) use batch::load_many;
pub(crate) use flight::Flights;
use flight::{Entered, Waiter};
pub(crate) use hold::Hold;
use inside::load_inside;
pub use loaded::Load;
pub(crate) use miss::run;
use miss::{Miss, seen};
pub use sharing::ErrorSharing;
use task::load_owned;

use crate::age::Age;
use crate::read::{Call, Look};
use crate::store::{AnyStore, Budget};
use crate::transaction;
use crate::value::Value;

/// The entry's value: from the store, from a load that is under way, or from `loader`, which runs once at the most, and inside
/// of this call.
pub(crate) async fn load<V, E, F, Fut>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    loader: F,
) -> Result<Option<V>, E>
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<Load<Option<V>>, E>>,
{
    let Some(store) = call.cache.store() else {
        return run(call, loader).await.map(|load| load.value);
    };
    if let Some(pending) = transaction::current() {
        return Box::pin(load_inside(call, store, &pending, loader)).await;
    }
    let value = match Arrival::of(call, store).await.answer(call) {
        Ok(value) => value,
        // Boxed, so that a hit does not carry the room for all that a miss may need.
        Err(open) => {
            let open = *open;
            call.site.counters.misses.one();
            let miss = Miss::new(call, store, sharing, open.budget);
            Box::pin(miss.resolve(loader, open.look, open.entered)).await?
        }
    };
    Ok(value.map(Arc::unwrap_or_clone))
}

/// What a read finds when it comes.
struct Arrival<V> {
    /// When, by the flights' clock: before it looked.
    arrived: u64,
    budget: Budget,
    look: Look<V>,
    /// It has not looked: a load that is about to begin is as good.
    early: Option<Waiter>,
}

impl<V: Value> Arrival<V> {
    async fn of(call: Call<'_>, store: &AnyStore) -> Arrival<V> {
        let flights = call.cache.flights();
        let arrived = flights.now();
        let mut budget = call.cache.budget();
        // A server is not asked for what is about to be loaded; asking the memory store is cheaper than asking here.
        let early = if store.typed() { None } else { flights.join_early(call.key, arrived) };
        let look = match early {
            Some(_) => Look::Absent,
            None => call.look::<V>(store, &mut budget).await,
        };
        Arrival { arrived, budget, look, early }
    }
}

/// A read that what it found does not answer.
struct Open<V> {
    budget: Budget,
    look: Look<V>,
    entered: Entered,
}

impl<V: Value> Arrival<V> {
    /// What is served at once; else what there is to go on with.
    fn answer(self, call: Call<'_>) -> Result<Option<Arc<V>>, Box<Open<V>>> {
        let Arrival { arrived, budget, look, early } = self;
        let look = match look {
            Look::Hit(value) => {
                call.site.counters.hits.one();
                return Ok(value);
            }
            Look::Aged(aged) if aged.is_servable() => return Ok(Some(call.serve(&aged))),
            other => other,
        };
        let entered = match early {
            Some(waiter) => Entered::Wait(waiter),
            None => call.cache.flights().enter(call.key, arrived, seen(&look)),
        };
        match (look, entered) {
            // In its window the value is good enough for all but the caller who loads it anew.
            (Look::Aged(aged), Entered::Wait(_)) if aged.age != Age::IfError => Ok(Some(call.serve(&aged))),
            (look, entered) => Err(Box::new(Open { budget, look, entered })),
        }
    }
}
