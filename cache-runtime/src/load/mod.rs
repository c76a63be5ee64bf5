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

use std::sync::Arc;
use std::time::Instant;

pub(crate) use batch::load_many;
pub(crate) use beside::Steps;
pub(crate) use flight::Flights;
use flight::{Entered, Waiter};
pub(crate) use hold::Hold;
use inside::load_inside;
pub use loaded::Load;
use loaded::{Loaded, Loading, Opened};
pub(crate) use miss::run;
use miss::{Came, Miss, seen, shared, wait};
pub use sharing::ErrorSharing;
use sharing::{Failure, Fits};
pub use task::load_owned;

use crate::age::Age;
use crate::background::at_once;
use crate::error::LoadTimeout;
use crate::read::{Call, Look};
use crate::store::{AnyStore, Budget};
use crate::transaction::{self, Pending};
use crate::value::{Kept, Value, give, keep};

/// What a read with a loader comes to; `None` is an answer.
type Outcome = Result<Option<Kept>, Failure>;

/// How far a read with a loader has come without it.
enum Begun<'a, T = Loaded> {
    Done(Outcome),
    /// It needs something, and asks for it.
    Asks(Steps<'a, T>),
}

/// Looks, and goes on until the loader is needed, which then runs beside the steps.
async fn begin(call: Call<'_>, fits: Fits) -> Begun<'_> {
    let unanswered = match arrive(call, fits).await {
        Ok(outcome) => return Begun::Done(outcome),
        Err(unanswered) => unanswered,
    };
    let mut steps = Steps::new(|asking| load_missing(call, fits, *unanswered, Loading::Beside(asking)));
    match steps.taken().await {
        Some(outcome) => Begun::Done(outcome),
        None => Begun::Asks(steps),
    }
}

/// All of it.
pub(crate) fn steps(call: Call<'_>, fits: Fits) -> Steps<'_> {
    Steps::new(async move |asking| match arrive(call, fits).await {
        Ok(outcome) => outcome,
        Err(unanswered) => load_missing(call, fits, *unanswered, Loading::Beside(asking)).await,
    })
}

/// What a loader has come to, for the steps of a miss. Its error stays here.
pub(crate) fn told<V: Value, E>(
    loaded: Opened<V, E>,
    sharing: ErrorSharing<E>,
    own: &mut Option<E>,
) -> Loaded {
    match loaded {
        Ok(Load { value: Some(value), terms }) => Ok(Load { value: Some(keep(value)), terms }),
        Ok(Load { value: None, terms }) => Ok(Load { value: None, terms }),
        Err(error) => Err(sharing.failed(own.insert(error))),
    }
}

/// What a caller is given.
pub(crate) fn answer<V: Value, E>(
    outcome: Outcome,
    sharing: ErrorSharing<E>,
    own: Option<E>,
    timed_out: Option<fn(LoadTimeout) -> E>,
) -> Result<Option<V>, E> {
    match outcome {
        Ok(Some(value)) => Ok(give(value)),
        Ok(None) => Ok(None),
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

/// What is there, or what another caller's load comes to; else how to go on.
async fn arrive(call: Call<'_>, fits: Fits) -> Result<Outcome, Box<Unanswered>> {
    let (mut budget, waiter, since) =
        match come(call).await {
            Ok(value) => return Ok(Ok(value)),
            // With nothing to fall back on there is nothing to do but to wait. It is done here, before any room is made for the steps
            // of a miss: most of those who wait, and there may be thousands, need none.
            Err(Unanswered::Open(Open {
                budget, came: Came::Entered(Entered::Wait(waiter)), since, ..
            })) if call.policy.stale_window().is_zero() => (budget, waiter, since),
            Err(unanswered) => return Err(Box::new(unanswered)),
        };
    call.site.counters.misses.one();
    budget.pause();
    let waited = wait(call, since, waiter).await;
    shared(call, fits, waited).map_err(|ended| {
        let came = Came::Waited(ended);
        Box::new(Unanswered::Open(Open { budget, look: Look::Absent, came, since }))
    })
}

/// What is there; else how to go on.
async fn come(call: Call<'_>) -> Result<Option<Kept>, Unanswered> {
    let Some(store) = call.cache.store() else { return Err(Unanswered::Alone) };
    if let Some(pending) = transaction::current() {
        return Err(Unanswered::Inside(pending));
    }
    Arrival::of(call, store).await.answer(call).map_err(Unanswered::Open)
}

async fn load_missing(call: Call<'_>, fits: Fits, unanswered: Unanswered, loader: Loading) -> Outcome {
    match (unanswered, call.cache.store()) {
        (Unanswered::Inside(pending), Some(store)) => load_inside(call, store, &pending, loader).await,
        (Unanswered::Open(open), Some(store)) => {
            open.count(call);
            let miss = Miss::new(call, store, fits, open.budget, open.since);
            miss.resolve(loader, open.look, open.came).await
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
        let known = if store.typed() { at_once(call.look(store, &mut budget)) } else { None };
        let look = match (known, &early) {
            (Some(look), _) => look,
            (None, Some(_)) => Look::Absent,
            // Boxed: those who wait, and there may be thousands, have no use for the room.
            (None, None) => Box::pin(call.look(store, &mut budget)).await,
        };
        Arrival { arrived, budget, look, early }
    }
}

/// A read that what it found does not answer.
struct Open {
    budget: Budget,
    look: Look,
    came: Came,
    since: Instant,
}

impl Open {
    /// Counts it, if that was not done before it waited.
    fn count(&self, call: Call<'_>) {
        if let Came::Entered(_) = self.came {
            call.site.counters.misses.one();
        }
    }
}

impl Arrival {
    /// What is served at once; else what there is to go on with.
    #[expect(clippy::result_large_err, reason = "a box would be made for each of the thousands who wait")]
    fn answer(self, call: Call<'_>) -> Result<Option<Kept>, Open> {
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
            (look, entered) => {
                Err(Open { budget, look, came: Came::Entered(entered), since: Instant::now() })
            }
        }
    }
}
