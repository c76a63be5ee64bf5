//! The load of a batch: one run of its loader, and what becomes of the leases.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::flight::{Leader, Outcome};
use super::super::nested::Loads;
use super::Batch;
use super::leases::ToLoad;
use crate::background::{in_background, with_ticks};
use crate::cache::Cache;
use crate::draft::Facts;
use crate::key::Key;
use crate::read::Seen;
use crate::read_many::Calls;
use crate::record::{Expected, Nonce, Token};
use crate::store::{Filled, Settle};
use crate::value::Kept;

impl<E> Batch<'_, E> {
    /// Loads, lets others share it, and stores what was loaded under leases.
    pub(super) async fn load<F, Fut>(&mut self, load: ToLoad, loader: &F) -> Result<(), E>
    where
        F: Fn(Vec<usize>) -> Fut,
        Fut: Future<Output = Result<Vec<Option<Kept>>, E>>,
    {
        let ToLoad { held, mut free, alone } = load;
        let which = held.iter().map(|(at, ..)| *at).chain(free.iter().map(|(at, ..)| *at)).chain(alone);
        let which: Vec<usize> = which.collect();
        if which.is_empty() {
            return Ok(());
        }
        self.budget.pause();
        // Where leases were granted their time runs, and there is a store that keeps others from loading.
        if held.is_empty() {
            for (_, leader, _) in &mut free {
                leader.turn(self.patience()).await;
            }
        }
        for (_, leader, nonce) in &held {
            leader.begin(Some(Seen { token: Token::Lease(*nonce), tags: Vec::new() }));
        }
        let mut leaders = Vec::with_capacity(which.len());
        for (at, leader, seen) in free {
            leader.begin(seen);
            leaders.push((at, leader));
        }
        let started = Instant::now();
        let loads = Loads::of(which.iter().map(|at| self.calls.at(*at)));
        let running = loads.loading(run(self.calls, loader, which.clone()));
        // A lease in this process needs no renewal: it has no end.
        let result = if held.is_empty() || self.store.typed() {
            running.await
        } else {
            let leases: Arc<[(Key, Nonce)]> =
                held.iter().map(|(at, _, nonce)| (self.calls.at(*at).key.clone(), *nonce)).collect();
            let period = self.cache.settings().lease / 3;
            with_ticks(self.cache.clock(), running, period, || renew(self.cache, &leases)).await
        };
        let load_time = started.elapsed();
        // In the order of `which`.
        let (values, error) = match result {
            Ok(values) => (values, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let shared = error.as_ref().and_then(|error| self.sharing.failed(error).0);
        let mut settles = Vec::with_capacity(held.len());
        let outcome = |place: usize| match &error {
            None => Outcome::Loaded(values.get(place).cloned().flatten()),
            Some(_) => Outcome::Failed(shared.clone()),
        };
        for (place, (at, leader, nonce)) in held.iter().enumerate() {
            let outcome = outcome(place);
            leader.land(outcome.clone());
            settles.push(self.settling(*at, *nonce, &outcome, load_time));
        }
        for (place, (_, leader)) in leaders.iter().enumerate() {
            leader.land(outcome(held.len() + place));
        }
        self.settle(&held, settles).await;
        match error {
            None => {
                self.loaded.extend(which.into_iter().zip(values));
                Ok(())
            }
            Some(error) => Err(error),
        }
    }

    /// What becomes of a lease.
    fn settling(&self, at: usize, nonce: Nonce, outcome: &Outcome, load_time: Duration) -> Settle {
        let call = self.calls.at(at);
        let draft = match outcome {
            Outcome::Loaded(value) => call.draft(value.as_ref(), &Facts { load_time, ..Facts::default() }),
            Outcome::Failed(_) | Outcome::LookAgain => None,
        };
        Settle { key: call.key.clone(), under: Expected::lease(nonce), draft }
    }

    /// Replaces the leases by the values, or gives them back, in one round trip.
    async fn settle(&mut self, held: &[(usize, Leader, Nonce)], settles: Vec<Settle>) {
        if settles.is_empty() {
            return;
        }
        let with_value: Vec<bool> = settles.iter().map(|settle| settle.draft.is_some()).collect();
        let answers = match self.store.settle_many(&mut self.budget, settles).await {
            Ok(answers) => answers,
            Err(error) => held.iter().map(|_| Err(error.clone())).collect(),
        };
        for (((at, leader, _), answer), with_value) in held.iter().zip(answers).zip(with_value) {
            let counters = &self.calls.at(*at).site.counters;
            match answer {
                Ok(filled) => {
                    leader.settled();
                    match filled {
                        Filled::Stored => counters.fills().one(),
                        Filled::Older => counters.older().one(),
                        Filled::Revoked if with_value => counters.revoked_fills().one(),
                        Filled::Revoked => {}
                    }
                }
                // The leader, dropped unsettled, tries once more in the background to give it back.
                Err(_) => counters.store_errors().one(),
            }
        }
    }
}

/// Runs the loader, and counts it once.
pub(super) async fn run<V, E, F, Fut>(
    calls: Calls<'_>,
    loader: &F,
    which: Vec<usize>,
) -> Result<Vec<Option<V>>, E>
where
    F: Fn(Vec<usize>) -> Fut,
    Fut: Future<Output = Result<Vec<Option<V>>, E>>,
{
    let site = calls.site();
    site.counters.loads().one();
    let started = Instant::now();
    let result = loader(which).await;
    site.counters.load_micros().add(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
    if result.is_err() {
        site.counters.load_errors().one();
    }
    result
}

fn renew(cache: &Cache, leases: &Arc<[(Key, Nonce)]>) {
    let (runtime, cache, leases) = (cache.runtime().cloned(), cache.clone(), Arc::clone(leases));
    in_background(runtime.as_ref(), async move {
        let (Some(store), time) = (cache.store(), cache.settings().lease) else { return };
        // Where it fails the leases end by their time, and the fills find them gone.
        let _ = store.renew_many(&mut cache.budget(), &leases, time).await;
    });
}
