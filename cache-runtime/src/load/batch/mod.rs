//! Many entries at once: one read for all of them, one load for those that are missing, and only then a wait for what others
//! load.
//!
//! Two batches with the same keys in another order must not wait for each other: whoever leads a flight loads before it waits
//! for anything.

mod leases;
mod run;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use run::run;

use super::flight::{Entered, Outcome, Waited};
use super::miss::seen;
use super::nested::LoadOf;
use super::sharing::ErrorSharing;
use crate::cache::Cache;
use crate::read::Look;
use crate::read_many::{Calls, Places};
use crate::store::{AnyStore, Budget};
use crate::transaction;
use crate::value::{Kept, Value, give, keep};

/// The values of some entries, each in its call's place. `loader` is given the places of those that are missing; it is called
/// again only where others were to load some, and did not.
pub(crate) async fn load_many<V, E, F, Fut>(
    calls: Calls<'_>,
    sharing: ErrorSharing<E>,
    loader: F,
) -> Result<Vec<Option<V>>, E>
where
    V: Value,
    F: Fn(Vec<usize>) -> Fut,
    Fut: Future<Output = Result<Vec<Option<V>>, E>>,
{
    if calls.count() == 0 {
        return Ok(Vec::new());
    }
    let (cache, all) = (calls.cache(), (0..calls.count()).collect());
    let Some(store) = cache.store() else { return run(calls, &loader, all).await };
    let loader = |which| {
        let loading = loader(which);
        async { loading.await.map(|values| values.into_iter().map(|value| value.map(keep)).collect()) }
    };
    // What is in this process, and then the others.
    let mut values: Vec<Option<V>> = (0..calls.count()).map(|_| None).collect();
    let far = calls.take_near(all, &mut values);
    let mut batch = Batch {
        calls,
        cache,
        store,
        sharing,
        budget: cache.budget(),
        came: Instant::now(),
        waited: false,
        places: &mut values,
        loaded: Vec::new(),
    };
    if transaction::current().is_some() {
        batch.load_inside(far, &loader).await?;
    } else {
        let arrived = cache.flights().now();
        let open = batch.look(far).await;
        // Boxed, as most of the time there is nothing to do.
        if !open.is_empty() {
            Box::pin(batch.resolve(arrived, open, &loader)).await?;
        }
    }
    for (at, value) in batch.loaded {
        values[at] = value.and_then(give);
    }
    Ok(values)
}

struct Batch<'a, E> {
    calls: Calls<'a>,
    cache: &'a Cache,
    store: &'a AnyStore,
    sharing: ErrorSharing<E>,
    budget: Budget,
    came: Instant,
    /// Whether it has waited for others: nobody waits twice for a load that had begun before.
    waited: bool,
    /// Where values go that are read.
    places: &'a mut dyn Places,
    /// Those that were loaded, here or by others; `None` is an answer.
    loaded: Vec<(usize, Option<Kept>)>,
}

type Waiting = Pin<Box<dyn Future<Output = Waited> + Send>>;

impl<E> Batch<'_, E> {
    /// How much longer this caller waits for others.
    fn patience(&self) -> Duration {
        self.cache.settings().wait.saturating_sub(self.came.elapsed())
    }

    /// Loads what a look, of who came at `arrived`, does not answer.
    async fn resolve<F, Fut>(
        &mut self,
        mut arrived: u64,
        mut open: Vec<(usize, Look)>,
        loader: &F,
    ) -> Result<(), E>
    where
        F: Fn(Vec<usize>) -> Fut,
        Fut: Future<Output = Result<Vec<Option<Kept>>, E>>,
    {
        let flights = self.cache.flights();
        let (mut leaders, mut alone) = (Vec::new(), Vec::new());
        let mut waiting: Vec<(usize, Waiting)> = Vec::new();
        loop {
            let mut waiters = Vec::new();
            for (at, look) in open.drain(..) {
                if LoadOf::of(self.calls.at(at)).is_polled() {
                    // It would wait for the load around this.
                    alone.push(at);
                    continue;
                }
                let seen = if self.waited { None } else { seen(&look) };
                match flights.enter(self.calls.at(at).key, arrived, seen) {
                    Entered::Lead(leader) => leaders.push((at, leader, look)),
                    Entered::Wait(waiter) => waiters.push((at, waiter)),
                }
            }
            let mut load = self.take_leases(std::mem::take(&mut leaders), &mut waiters).await;
            load.alone = std::mem::take(&mut alone);
            self.load(load, loader).await?;
            for (at, waiter) in waiters {
                self.calls.at(at).site.counters.waits().one();
                waiting.push((at, Box::pin(waiter.wait(self.patience()))));
            }
            if waiting.is_empty() {
                return Ok(());
            }
            self.budget.pause();
            let came = some_of(&mut waiting).await;
            self.waited = true;
            let mut again = Vec::new();
            for (at, waited) in came {
                match waited {
                    Waited::Leads(leader) => leaders.push((at, leader, Look::Absent)),
                    Waited::Outcome(Outcome::LookAgain) => again.push(at),
                    Waited::Outcome(outcome) => {
                        if !self.takes(at, outcome)? {
                            alone.push(at);
                        }
                    }
                    Waited::TimedOut => alone.push(at),
                }
            }
            arrived = flights.now();
            open = self.look(again).await;
        }
    }

    /// Takes what another one's load came to; `false`: it is of no use here.
    fn takes(&mut self, at: usize, outcome: Outcome) -> Result<bool, E> {
        let value = match outcome {
            Outcome::Loaded(None) => None,
            Outcome::Loaded(Some(value)) if self.calls.at(at).coding.is(&value) => Some(value),
            Outcome::Loaded(Some(_)) => return Ok(false),
            Outcome::Failed(error) => {
                return match error.and_then(|error| self.sharing.take(&error)) {
                    Some(error) => Err(error),
                    None => Ok(false),
                };
            }
            Outcome::LookAgain => return Ok(false),
        };
        self.calls.at(at).site.counters.shared().one();
        self.loaded.push((at, value));
        Ok(true)
    }

    /// Reads entries in one round trip. Gives those that this does not answer, with what stands there.
    async fn look(&mut self, which: Vec<usize>) -> Vec<(usize, Look)> {
        self.calls.look(which, self.store, &mut self.budget, self.places).await
    }

    /// As for single entries: what a transaction reads is for its callers alone.
    async fn load_inside<F, Fut>(&mut self, far: Vec<usize>, loader: &F) -> Result<(), E>
    where
        F: Fn(Vec<usize>) -> Fut,
        Fut: Future<Output = Result<Vec<Option<Kept>>, E>>,
    {
        let changed = |at: &usize| transaction::has_changed(self.cache, self.calls.at(*at).key);
        let (mut missing, unchanged): (Vec<usize>, Vec<usize>) = far.into_iter().partition(changed);
        missing.iter().for_each(|at| self.calls.at(*at).site.counters.misses().one());
        missing.extend(self.look(unchanged).await.into_iter().map(|(at, _)| at));
        if missing.is_empty() {
            return Ok(());
        }
        let values = run(self.calls, loader, missing.clone()).await?;
        self.loaded.extend(missing.into_iter().zip(values));
        Ok(())
    }
}

/// Waits until all are done, or this one has to lead something: that is not left waiting.
async fn some_of(waiting: &mut Vec<(usize, Waiting)>) -> Vec<(usize, Waited)> {
    let mut came = Vec::new();
    poll_fn(|context| {
        let mut leads = false;
        waiting.retain_mut(|(at, wait)| match wait.as_mut().poll(context) {
            Poll::Pending => true,
            Poll::Ready(waited) => {
                leads |= matches!(waited, Waited::Leads(_));
                came.push((*at, waited));
                false
            }
        });
        if leads || waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    came
}
