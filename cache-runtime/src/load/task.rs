//! Loads that run in a task: a caller that goes away does not take them along, and nobody has to wait for them.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tracing::Instrument;

use super::ask::Asking;
use super::come::{Open, Others, Unanswered};
use super::loaded::Loading;
use super::miss::Miss;
use super::nested::{Around, LoadOf};
use super::returns::Returns;
use super::running::Running;
use super::sharing::{ErrorSharing, Failure, Fits};
use super::steps::{Asked, Steps};
use super::{Outcome, answer, load_missing, told};
use crate::age::Age;
use crate::background::{Spawner, bounded};
use crate::cache::Cache;
use crate::call::{Call, EntryAt};
use crate::error::LoadTimeout;
use crate::key::Key;
use crate::policy::Policy;
use crate::read::{Aged, Look};
use crate::site::Site;
use crate::value::{Coding, Shape, Value};

/// As [`read`](super::read), for loads that may run in a task: `make` gives one that borrows nothing, when there is
/// something to load. `timed_out` says how the error tells of a load that took too long.
pub async fn load_owned<S, V, E, F, Fut>(
    _: S,
    at: EntryAt<'_>,
    sharing: ErrorSharing<E>,
    timed_out: Option<fn(LoadTimeout) -> E>,
    make: F,
) -> S::Given
where
    V: Value,
    E: Send + 'static,
    S: Returns<Fut::Output, Value = V, Error = E>,
    F: FnOnce() -> Fut,
    Fut: Future + Send + 'static,
{
    let call = at.call::<V>(S::TAKES_NONE);
    // Where the policy bounds the load it bounds the wait for another caller's, too.
    let is_bounded = call.policy.soft_bound().or(call.policy.bound()).is_some();
    let mut steps = Steps::<Made>::new(call, Others { fits: sharing.fits(), is_bounded });
    let (outcome, own) = match steps.taken().await {
        Some(outcome) => (outcome, None),
        // What is asked for is the load itself: where it runs is decided by who asks. Its error comes back by a way of its own.
        None => {
            let (load, error) = (make(), Arc::new(Mutex::new(None)));
            let (own, id) = (Arc::clone(&error), LoadOf::of(call));
            let load = Loading::Made(Box::pin(async move {
                let opened = S::open(id.loading(load).await);
                told(opened, sharing, &mut own.lock().unwrap_or_else(PoisonError::into_inner))
            }));
            steps.tell(Made { load, times_out: timed_out.is_some() });
            let outcome = steps.outcome().await;
            let own = error.lock().unwrap_or_else(PoisonError::into_inner).take();
            (outcome, own)
        }
    };
    S::close(answer(outcome, sharing, own, timed_out, None))
}

/// A load that borrows nothing.
struct Made {
    load: Loading,
    /// Whether its caller's error can tell that it took too long.
    times_out: bool,
}

impl Asked for Made {
    async fn missing(
        call: Call<'_>,
        others: Others,
        unanswered: Unanswered,
        asking: Asking<Made>,
    ) -> Outcome {
        go_on(call, unanswered, others.fits, asking).await
    }
}

/// With what was found: serves it while a task loads it anew, or loads, in a task where the policy asks for one.
async fn go_on(call: Call<'_>, unanswered: Unanswered, fits: Fits, make: Asking<Made>) -> Outcome {
    let open = match unanswered {
        Unanswered::Open(open) => open,
        other => return load_missing(call, fits, other, here(make)).await,
    };
    let policy = call.policy;
    let aged = match &open.look {
        Look::Aged(aged) => Some(aged.clone()),
        _ => None,
    };
    let in_window = aged.as_ref().filter(|aged| aged.age != Age::IfError);
    let soft = aged.as_ref().and(policy.soft_bound());
    let in_task = in_window.is_some() || policy.is_detached() || soft.or(policy.bound()).is_some();
    // Where there is no runtime there is no task: the load runs here.
    let spawner = if in_task { Spawner::find() } else { None };
    let Some(spawner) = spawner else {
        return load_missing(call, fits, Unanswered::Open(open), here(make)).await;
    };
    if in_window.is_none() {
        open.count(call);
    }
    let Made { load, times_out } = make.await;
    // For a value that gets old nobody waits.
    let around = if in_window.is_some() { Around::default() } else { Around::here() };
    let outcome = spawn(spawner, around, call, open, fits, load);
    match in_window {
        Some(aged) => Ok(Some(call.serve(aged))),
        None => wait(call, outcome, aged, soft, times_out).await,
    }
}

/// The load that will be made, in its caller.
fn here(make: Asking<Made>) -> Loading {
    Loading::Made(Box::pin(async { make.await.load.await }))
}

/// What a task has to tell, also that it panicked.
type Told = Result<Outcome, Box<dyn Any + Send>>;

fn spawn(
    spawner: Spawner,
    around: Around,
    call: Call<'_>,
    open: Open,
    fits: Fits,
    load: Loading,
) -> Running<Told> {
    let call = Owned::of(call);
    let task = async move {
        let call = call.call();
        let Some(store) = call.cache.store() else {
            return unwinding(load_missing(call, fits, Unanswered::Alone, load)).await;
        };
        let miss = Miss::new(call, store, fits, open.budget, open.since);
        unwinding(miss.resolve(load, open.look, open.came)).await
    };
    Running::start(spawner, around, task.instrument(tracing::Span::current()))
}

/// Waits for a task, as long as the policy says.
async fn wait(
    call: Call<'_>,
    outcome: Running<Told>,
    aged: Option<Box<Aged>>,
    soft: Option<Duration>,
    times_out: bool,
) -> Outcome {
    let counters = &call.site.counters;
    let mut outcome = pin!(outcome);
    let mut waited = Duration::ZERO;
    if let (Some(aged), Some(soft)) = (aged, soft) {
        match bounded(None, soft, outcome.as_mut()).await {
            Some(told) => return hear(told),
            // It is not older than an error would have let it be.
            None if call.cache.store().is_some_and(|store| store.now() < aged.ends) => {
                counters.load_timeouts().one();
                counters.stale_on_error().one();
                return Ok(Some(aged.value));
            }
            None => waited = soft,
        }
    }
    match call.policy.bound().filter(|_| times_out) {
        Some(bound) => match bounded(None, bound.saturating_sub(waited), outcome.as_mut()).await {
            Some(told) => hear(told),
            None => {
                counters.load_timeouts().one();
                Err(Failure::TimedOut(LoadTimeout { waited: bound }))
            }
        },
        None => hear(outcome.await),
    }
}

fn hear(told: Told) -> Outcome {
    // A panic as if it had run here.
    told.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Catches a panic, to hand it on to who waits.
async fn unwinding<T>(future: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut future = Box::pin(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// A [`Call`] that borrows nothing.
pub(super) struct Owned {
    site: &'static Site,
    cache: Cache,
    key: Key,
    schema: Shape,
    coding: &'static Coding,
    takes_none: bool,
    tags: Box<[Key]>,
    policy: Policy,
}

impl Owned {
    pub(super) fn of(call: Call<'_>) -> Owned {
        Owned {
            site: call.site,
            cache: call.cache.clone(),
            key: call.key.clone(),
            schema: call.schema,
            coding: call.coding,
            takes_none: call.takes_none,
            tags: call.tags.into(),
            policy: *call.policy,
        }
    }

    pub(super) fn call(&self) -> Call<'_> {
        Call {
            site: self.site,
            cache: &self.cache,
            key: &self.key,
            schema: self.schema,
            coding: self.coding,
            takes_none: self.takes_none,
            tags: &self.tags,
            policy: &self.policy,
        }
    }
}
