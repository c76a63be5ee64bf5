//! Loads that run in a task: a caller that goes away does not take them along, and nobody has to wait for them.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::oneshot;
use tracing::Instrument;

use super::beside::{self, Ask};
use super::loaded::Loaded;
use super::miss::Miss;
use super::sharing::ErrorSharing;
use super::{Open, Unanswered, arrive, load_missing};
use crate::age::Age;
use crate::background::{Spawner, bounded};
use crate::cache::Cache;
use crate::error::LoadTimeout;
use crate::key::Key;
use crate::policy::Policy;
use crate::read::{Aged, Call, Look};
use crate::site::Site;
use crate::value::{Shape, Value};

/// A load that borrows nothing.
type Owning<V, E> = Pin<Box<dyn Future<Output = Loaded<V, E>> + Send>>;

/// As [`load`](super::load), for loads that may run in a task: `make` gives one that borrows nothing.
pub(super) async fn load_owned<V, E, F, Fut>(
    call: Call<'_>,
    sharing: ErrorSharing<E>,
    timed_out: Option<fn(LoadTimeout) -> E>,
    make: F,
) -> Result<Option<V>, E>
where
    V: Value,
    E: Send + 'static,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Loaded<V, E>> + Send + 'static,
{
    let unanswered = match arrive(call).await {
        Ok(value) => return Ok(value),
        Err(unanswered) => unanswered,
    };
    // What is asked for is the load itself: where it runs is decided by who asks.
    let ask = Ask::new();
    let mut miss = Box::pin(go_on(call, *unanswered, sharing, timed_out, beside::loader(&ask)));
    let mut make = Some(make);
    poll_fn(|context| {
        beside::poll(&mut miss, &ask, context, &mut |_| match make.take() {
            Some(make) => Poll::Ready(Box::pin(make()) as Owning<V, E>),
            None => Poll::Pending,
        })
    })
    .await
}

/// With what was found: serves it while a task loads it anew, or loads, in a task where the policy asks for one.
async fn go_on<V, E, F, Fut>(
    call: Call<'_>,
    unanswered: Unanswered<V>,
    sharing: ErrorSharing<E>,
    timed_out: Option<fn(LoadTimeout) -> E>,
    make: F,
) -> Result<Option<V>, E>
where
    V: Value,
    E: Send + 'static,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Owning<V, E>>,
{
    let here = |make: F| || async { make().await.await };
    let open = match unanswered {
        Unanswered::Open(open) => open,
        other => return load_missing(call, sharing, other, here(make)).await,
    };
    let (counters, policy) = (&call.site.counters, call.policy);
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
        return load_missing(call, sharing, Unanswered::Open(open), here(make)).await;
    };
    let outcome = spawn(spawner, call, open, sharing, make().await);
    let value = match in_window {
        Some(aged) => Some(call.serve(aged)),
        None => {
            counters.misses.one();
            wait(call, outcome, aged, soft, timed_out).await?
        }
    };
    Ok(value.map(Arc::unwrap_or_clone))
}

type Outcome<V, E> = Result<Option<Arc<V>>, E>;
/// What a task has to tell, also that it panicked.
type Told<V, E> = Result<Outcome<V, E>, Box<dyn Any + Send>>;

fn spawn<V, E>(
    spawner: Spawner,
    call: Call<'_>,
    open: Open<V>,
    sharing: ErrorSharing<E>,
    load: Owning<V, E>,
) -> oneshot::Receiver<Told<V, E>>
where
    V: Value,
    E: Send + 'static,
{
    let (tell, outcome) = oneshot::channel();
    let call = Owned::of(call);
    let task = async move {
        let call = call.call();
        let Some(store) = call.cache.store() else { return };
        let miss = Miss::new(call, store, sharing, open.budget);
        let told = unwinding(miss.resolve(|| load, open.look, open.entered)).await;
        // Nobody may be there any more to hear of it.
        let _ = tell.send(told);
    };
    spawner.spawn(task.instrument(tracing::Span::current()));
    outcome
}

/// Waits for a task, as long as the policy says.
async fn wait<V: Value, E>(
    call: Call<'_>,
    outcome: oneshot::Receiver<Told<V, E>>,
    aged: Option<Box<Aged<V>>>,
    soft: Option<Duration>,
    timed_out: Option<fn(LoadTimeout) -> E>,
) -> Outcome<V, E> {
    let counters = &call.site.counters;
    let mut outcome = pin!(outcome);
    if let (Some(aged), Some(soft)) = (aged, soft) {
        match bounded(None, soft, outcome.as_mut()).await {
            Some(told) => return hear(told).await,
            // It is not older than an error would have let it be.
            None => {
                counters.load_timeouts.one();
                counters.stale_on_error.one();
                return Ok(Some(aged.value));
            }
        }
    }
    match (call.policy.bound(), timed_out) {
        (Some(bound), Some(timed_out)) => match bounded(None, bound, outcome.as_mut()).await {
            Some(told) => hear(told).await,
            None => {
                counters.load_timeouts.one();
                Err(timed_out(LoadTimeout { waited: bound }))
            }
        },
        _ => hear(outcome.await).await,
    }
}

async fn hear<V, E>(told: Result<Told<V, E>, oneshot::error::RecvError>) -> Outcome<V, E> {
    match told {
        Ok(Ok(outcome)) => outcome,
        // As if it had run here.
        Ok(Err(panic)) => resume_unwind(panic),
        // The runtime is being shut down, and this caller with it.
        Err(_) => std::future::pending().await,
    }
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
            takes_none: self.takes_none,
            tags: &self.tags,
            policy: &self.policy,
        }
    }
}
