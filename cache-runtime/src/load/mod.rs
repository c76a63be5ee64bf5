//! What a read does that has a loader: serve what there is, load what is missing, and load anew what gets old.
//!
//! A miss takes the lease, loads and fills, or waits for whoever does. A value that gets old stays in its place while one
//! caller, who has claimed it, loads it anew.

mod batch;
mod beside;
mod flight;
mod follow;
mod hold;
mod inside;
mod lead;
mod line;
#[cfg(test)]
mod line_tests;
mod loaded;
mod miss;
pub(crate) mod returns;
mod sharing;
pub(crate) mod tags;
mod task;

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};

pub(crate) use batch::load_many;
use beside::Ask;
pub(crate) use flight::Flights;
use flight::{Entered, Waiter};
pub(crate) use hold::Hold;
use inside::load_inside;
pub use loaded::Load;
use loaded::Loaded;
pub(crate) use miss::run;
use miss::{Miss, seen};
pub use sharing::ErrorSharing;
use task::load_owned;

use crate::age::Age;
use crate::background::at_once;
use crate::read::{Call, Look};
use crate::store::{AnyStore, Budget};
use crate::transaction::{self, Pending};
use crate::value::Value;

/// The entry's value: from the store, from a load that is under way, or from `loader`, which runs once at the most, and inside
/// of this call. `open` takes apart what it returns, and `close` puts together what the caller is given.
#[allow(
    clippy::manual_async_fn,
    reason = "the arguments of an `async fn` are held twice: as such, and as variables"
)]
pub(crate) fn load<V, E, G, F, Fut>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    loader: F,
    open: fn(Fut::Output) -> Loaded<V, E>,
    close: fn(Result<Option<V>, E>) -> G,
) -> impl Future<Output = G>
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future,
{
    async move {
        let unanswered = match arrive(call).await {
            Ok(value) => return close(Ok(value)),
            Err(unanswered) => unanswered,
        };
        // Boxed, so that a hit does not carry the room for all that a miss may need. What is dropped on the way is dropped from the
        // loader outwards, as if the protocol held it.
        let ask = Ask::new();
        let mut miss = Box::pin(load_missing(call, sharing, *unanswered, beside::loader(&ask)));
        let mut loader = Some(loader);
        let mut loading = pin!(None);
        let answer = poll_fn(|context| {
            beside::poll(&mut miss, &ask, context, &mut |context| {
                if let Some(loader) = loader.take() {
                    loading.set(Some(loader()));
                }
                let Some(load) = loading.as_mut().as_pin_mut() else { return Poll::Pending };
                let loaded = ready!(load.poll(context));
                loading.set(None);
                Poll::Ready(open(loaded))
            })
        });
        close(answer.await)
    }
}

/// What a loader is needed for, and where it has to run.
enum Unanswered<V> {
    /// There is no store.
    Alone,
    /// In a transaction.
    Inside(Arc<Pending>),
    Open(Open<V>),
}

/// What is there; else how to go on.
async fn arrive<V: Value>(call: Call<'_>) -> Result<Option<V>, Box<Unanswered<V>>> {
    let Some(store) = call.cache.store() else { return Err(Box::new(Unanswered::Alone)) };
    if let Some(pending) = transaction::current() {
        return Err(Box::new(Unanswered::Inside(pending)));
    }
    let answer = Arrival::of(call, store).await.answer(call);
    answer.map(|value| value.map(Arc::unwrap_or_clone))
}

async fn load_missing<V, E, F, Fut>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    unanswered: Unanswered<V>,
    loader: F,
) -> Result<Option<V>, E>
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Loaded<V, E>>,
{
    match (unanswered, call.cache.store()) {
        (Unanswered::Inside(pending), Some(store)) => load_inside(call, store, &pending, loader).await,
        (Unanswered::Open(open), Some(store)) => {
            call.site.counters.misses.one();
            let miss = Miss::new(call, store, sharing, open.budget);
            miss.resolve(loader, open.look, open.entered).await.map(|value| value.map(Arc::unwrap_or_clone))
        }
        (_, _) => run(call, loader).await.map(|load| load.value),
    }
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
        let known = if store.typed() { at_once(call.look::<V>(store, &mut budget)) } else { None };
        let look = match (known, &early) {
            (Some(look), _) => look,
            (None, Some(_)) => Look::Absent,
            // Boxed: those who wait, and there may be thousands, have no use for the room.
            (None, None) => Box::pin(call.look::<V>(store, &mut budget)).await,
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
    fn answer(self, call: Call<'_>) -> Result<Option<Arc<V>>, Box<Unanswered<V>>> {
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
            (look, entered) => Err(Box::new(Unanswered::Open(Open { budget, look, entered }))),
        }
    }
}
