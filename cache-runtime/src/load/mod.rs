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
mod loaded;
mod miss;
pub(crate) mod returns;
mod sharing;
pub(crate) mod tags;
mod task;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Poll, ready};

pub(crate) use batch::load_many;
pub(crate) use beside::Ask;
use beside::Asking;
pub(crate) use flight::Flights;
use flight::{Entered, Waiter};
pub(crate) use hold::Hold;
use inside::load_inside;
pub use loaded::Load;
use loaded::{Loaded, Loading, Opened};
pub(crate) use miss::run;
use miss::{Miss, seen};
pub use sharing::ErrorSharing;
use sharing::{Failure, Fits};
pub(crate) use task::load_owned;

use crate::age::Age;
use crate::error::LoadTimeout;
use crate::read::{Call, Look};
use crate::store::{AnyStore, Budget};
use crate::transaction::{self, Pending};
use crate::value::{Kept, Value, give, keep};

/// What a read with a loader comes to; `None` is an answer.
type Outcome = Result<Option<Kept>, Failure>;

/// A read with a loader, on its way.
type Protocol<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// The entry's value: from the store, from a load that is under way, or from `loader`, which runs once at the most, and inside
/// of this call. `open` takes apart what it returns, and `close` puts together what the caller is given.
pub(crate) async fn load<V, E, G, F, Fut>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    loader: F,
    open: fn(Fut::Output) -> Opened<V, E>,
    close: fn(Result<Option<V>, E>) -> G,
) -> G
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future,
{
    let unanswered = match arrive(call).await {
        Ok(value) => return close(Ok(value.and_then(give))),
        Err(unanswered) => unanswered,
    };
    // What is dropped on the way is dropped from the loader outwards, as if the protocol held it.
    let ask = Ask::new();
    let mut missing = missing(call, sharing.fits(), *unanswered, Box::pin(Asking(&ask)));
    let (mut loader, mut own) = (Some(loader), None);
    let mut loading = pin!(None);
    let outcome = poll_fn(|context| {
        beside::poll(&mut missing, &ask, context, &mut |context| {
            if let Some(loader) = loader.take() {
                loading.set(Some(loader()));
            }
            let Some(load) = loading.as_mut().as_pin_mut() else { return Poll::Pending };
            let loaded = ready!(load.poll(context));
            loading.set(None);
            Poll::Ready(told(open(loaded), sharing, &mut own))
        })
    });
    let outcome = outcome.await;
    close(answer(outcome, sharing, own, None))
}

/// What a loader has come to, for the steps of a miss. Its error stays here.
pub(crate) fn told<V: Value, E>(
    loaded: Opened<V, E>,
    sharing: ErrorSharing<E>,
    own: &mut Option<E>,
) -> Loaded {
    loaded.map(|load| load.map(|value| value.map(keep))).map_err(|error| sharing.failed(own.insert(error)))
}

/// What a caller is given.
pub(crate) fn answer<V: Value, E>(
    outcome: Outcome,
    sharing: ErrorSharing<E>,
    own: Option<E>,
    timed_out: Option<fn(LoadTimeout) -> E>,
) -> Result<Option<V>, E> {
    match outcome {
        Ok(value) => Ok(value.and_then(give)),
        Err(failure) => Err(sharing.error(failure, own, timed_out)),
    }
}

/// What a loader is needed for, and where it has to run.
enum Unanswered {
    /// There is no store.
    Alone,
    /// In a transaction.
    Inside(Arc<Pending>),
    Open(Open),
}

/// What is there; else how to go on.
async fn arrive(call: Call<'_>) -> Result<Option<Kept>, Box<Unanswered>> {
    let Some(store) = call.cache.store() else { return Err(Box::new(Unanswered::Alone)) };
    if let Some(pending) = transaction::current() {
        return Err(Box::new(Unanswered::Inside(pending)));
    }
    Arrival::of(call, store).await.answer(call)
}

/// The steps from there on. Boxed, so that a hit does not carry the room for all that a miss may need; and of no type that
/// whoever calls this would have to compile.
fn missing<'a>(call: Call<'a>, fits: Fits, unanswered: Unanswered, loader: Loading<'a>) -> Protocol<'a> {
    Box::pin(load_missing(call, fits, unanswered, loader))
}

/// All of it, for a loader that runs beside it.
pub(crate) fn protocol<'a, E>(
    call: Call<'a>,
    sharing: ErrorSharing<E>,
    ask: &'a Ask<Loaded>,
) -> Protocol<'a> {
    let (fits, loader): (Fits, Loading<'a>) = (sharing.fits(), Box::pin(Asking(ask)));
    Box::pin(async move {
        match arrive(call).await {
            Ok(value) => Ok(value),
            Err(unanswered) => load_missing(call, fits, *unanswered, loader).await,
        }
    })
}

async fn load_missing(call: Call<'_>, fits: Fits, unanswered: Unanswered, loader: Loading<'_>) -> Outcome {
    match (unanswered, call.cache.store()) {
        (Unanswered::Inside(pending), Some(store)) => load_inside(call, store, &pending, loader).await,
        (Unanswered::Open(open), Some(store)) => {
            call.site.counters.misses.one();
            let miss = Miss::new(call, store, fits, open.budget);
            miss.resolve(loader, open.look, open.entered).await
        }
        (_, _) => run(call, loader).await.map(|load| load.value).map_err(|_| Failure::Own),
    }
}

/// What a read finds when it comes.
struct Arrival {
    /// When, by the flights' clock: before it looked.
    arrived: u64,
    budget: Budget,
    look: Look,
    /// It has not looked: a load that is about to begin is as good.
    early: Option<Waiter>,
}

impl Arrival {
    async fn of(call: Call<'_>, store: &AnyStore) -> Arrival {
        let flights = call.cache.flights();
        let arrived = flights.now();
        let mut budget = call.cache.budget();
        // A server is not asked for what is about to be loaded; asking the memory store is cheaper than asking here.
        let early = if store.typed() { None } else { flights.join_early(call.key, arrived) };
        let look = match early {
            Some(_) => Look::Absent,
            None => call.look(store, &mut budget).await,
        };
        Arrival { arrived, budget, look, early }
    }
}

/// A read that what it found does not answer.
struct Open {
    budget: Budget,
    look: Look,
    entered: Entered,
}

impl Arrival {
    /// What is served at once; else what there is to go on with.
    fn answer(self, call: Call<'_>) -> Result<Option<Kept>, Box<Unanswered>> {
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
