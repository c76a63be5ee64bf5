//! What a miss does: take the lease, load, fill; or wait for whoever does.

mod flight;
mod follow;
mod lead;
mod sharing;

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

pub(crate) use flight::Flights;
use flight::{Entered, Outcome, Seen, Waited, Waiter};
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
    let value = miss(Miss { call, store, sharing, budget }, loader, arrived, look, early).await?;
    Ok(value.map(Arc::unwrap_or_clone))
}

/// What every step of a miss needs.
struct Miss<'a, E> {
    call: Call<'a>,
    store: &'a AnyStore,
    sharing: ErrorSharing<E>,
    budget: Budget,
}

async fn miss<V, E, F, Fut>(
    mut miss: Miss<'_, E>,
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
    let call = miss.call;
    let flights = call.cache.flights();
    let mut waited = false;
    let mut waiter = early;
    let mut loader = Some(loader);
    loop {
        let entered = match waiter.take() {
            Some(waiter) => Entered::Wait(waiter),
            None => flights.enter(call.key, arrived, seen(&look, miss.store)),
        };
        let came = match entered {
            Entered::Wait(waiter) => {
                call.site.counters.waits.one();
                let came = waiter.wait(call.cache.settings().wait).await;
                if matches!(came, Waited::Leads(_)) {
                    // The flight's lease may stand or not; asking for it again is granted in both cases.
                    look = Look::Absent;
                }
                came
            }
            Entered::Lead(leader) => Waited::Leads(leader),
        };
        match came {
            Waited::Leads(leader) => {
                match lead(&mut miss, &mut loader, leader, look, waited).await {
                    Led::Done(result) => return result,
                    Led::Follow(follower) => {
                        look = Look::Absent;
                        waiter = Some(follower);
                    }
                }
                continue;
            }
            Waited::Outcome(Outcome::Loaded(None)) => {
                call.site.counters.shared.one();
                return Ok(None);
            }
            Waited::Outcome(Outcome::Loaded(Some(value))) => {
                if let Ok(value) = value.downcast() {
                    call.site.counters.shared.one();
                    return Ok(Some(value));
                }
                // Somebody loads another type at this key; that flight is of no use here.
            }
            Waited::Outcome(Outcome::Failed(error)) => {
                if let Some(error) = error.and_then(|error| miss.sharing.take(&error)) {
                    call.site.counters.shared.one();
                    return Err(error);
                }
            }
            Waited::Outcome(Outcome::LookAgain) => {
                // Once: whoever has waited for another's load does not wait for a second one.
                waited = true;
                arrived = flights.now();
                look = call.look(miss.store, &mut miss.budget).await;
                if let Look::Hit(value) = look {
                    return Ok(value);
                }
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

fn seen<V>(look: &Look<V>, store: &AnyStore) -> Seen {
    match look {
        Look::Busy(token) => Seen::Token(*token),
        Look::Unknown(_) if store.is_down() => Seen::Down,
        _ => Seen::Other,
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

/// Whether a token is a lease: somebody loads, and will fill.
fn lease_of(token: Token) -> bool {
    matches!(token, Token::Lease(_))
}
