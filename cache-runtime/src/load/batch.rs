//! Many entries at once: one read for all of them, one load for those that are missing, and only then a wait for what others
//! load.
//!
//! Two batches with the same keys in another order must not wait for each other: whoever leads a flight loads before it waits
//! for anything.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::flight::{Entered, Leader, Outcome, Waited, Waiter};
use super::follow::follow;
use super::hold::Hold;
use super::lead::{Under, without_hold};

use super::miss::seen;
use super::sharing::ErrorSharing;
use crate::background::{in_background, with_ticks};
use crate::cache::Cache;
use crate::draft::Facts;
use crate::key::Key;
use crate::read::{Call, Look, Seen};
use crate::read_many::look_many;
use crate::record::{Expected, Nonce, Token};
use crate::store::{AnyStore, Ask, Budget, Filled, Lease, Settle};
use crate::transaction;
use crate::value::{Kept, Value, give, keep};

/// The values of some entries, each in its call's place. `loader` is given the places of those that are missing; it is called
/// again only where others were to load some, and did not.
pub(crate) async fn load_many<V, E, F, Fut>(
    calls: &[Call<'_>],
    sharing: ErrorSharing<E>,
    loader: F,
) -> Result<Vec<Option<V>>, E>
where
    V: Value,
    F: Fn(Vec<usize>) -> Fut,
    Fut: Future<Output = Result<Vec<Option<V>>, E>>,
{
    let Some(cache) = calls.first().map(|call| call.cache) else { return Ok(Vec::new()) };
    let Some(store) = cache.store() else { return run(calls, &loader, (0..calls.len()).collect()).await };
    let loader = |which| {
        let loading = loader(which);
        async { loading.await.map(|values| values.into_iter().map(|value| value.map(keep)).collect()) }
    };
    // What is in this process, and then the others.
    let mut values: Vec<Option<Option<V>>> = calls.iter().map(Call::near_hit).collect();
    let far = (0..calls.len()).filter(|at| values[*at].is_none()).collect();
    let mut batch = Batch {
        calls,
        cache,
        store,
        sharing,
        budget: cache.budget(),
        came: Instant::now(),
        waited: false,
        values: calls.iter().map(|_| None).collect(),
    };
    if transaction::current().is_some() {
        batch.load_inside(far, &loader).await?;
    } else {
        Box::pin(batch.resolve(far, &loader)).await?;
    }
    for (value, came) in values.iter_mut().zip(batch.values) {
        if let Some(came) = came {
            *value = Some(came.and_then(give));
        }
    }
    Ok(values.into_iter().map(Option::flatten).collect())
}

struct Batch<'a, E> {
    calls: &'a [Call<'a>],
    cache: &'a Cache,
    store: &'a AnyStore,
    sharing: ErrorSharing<E>,
    budget: Budget,
    came: Instant,
    /// Whether it has waited for others: nobody waits twice for a load that had begun before.
    waited: bool,
    /// `None`: not known yet.
    values: Vec<Option<Option<Kept>>>,
}

/// What this batch loads.
struct ToLoad {
    /// Under leases: stored.
    held: Vec<(usize, Leader, Nonce)>,
    /// Not stored; others may share it.
    free: Vec<(usize, Leader, Option<Seen>)>,
    /// For this batch alone.
    alone: Vec<usize>,
}

type Waiting = Pin<Box<dyn Future<Output = Waited> + Send>>;

impl<E> Batch<'_, E> {
    /// How much longer this caller waits for others.
    fn patience(&self) -> Duration {
        self.cache.settings().wait.saturating_sub(self.came.elapsed())
    }

    async fn resolve<F, Fut>(&mut self, far: Vec<usize>, loader: &F) -> Result<(), E>
    where
        F: Fn(Vec<usize>) -> Fut,
        Fut: Future<Output = Result<Vec<Option<Kept>>, E>>,
    {
        let flights = self.cache.flights();
        let mut arrived = flights.now();
        let mut open = self.look(far).await;
        let (mut leaders, mut alone) = (Vec::new(), Vec::new());
        let mut waiting: Vec<(usize, Waiting)> = Vec::new();
        loop {
            let mut waiters = Vec::new();
            for (at, look) in open.drain(..) {
                let seen = if self.waited { None } else { seen(&look) };
                match flights.enter(self.calls[at].key, arrived, seen) {
                    Entered::Lead(leader) => leaders.push((at, leader, look)),
                    Entered::Wait(waiter) => waiters.push((at, waiter)),
                }
            }
            let mut load = self.take_leases(std::mem::take(&mut leaders), &mut waiters).await;
            load.alone = std::mem::take(&mut alone);
            self.load(load, loader).await?;
            for (at, waiter) in waiters {
                self.calls[at].site.counters.waits.one();
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
            Outcome::Loaded(Some(value)) if self.calls[at].coding.is(&value) => Some(value),
            Outcome::Loaded(Some(_)) => return Ok(false),
            Outcome::Failed(error) => {
                return match error.and_then(|error| self.sharing.take(&error)) {
                    Some(error) => Err(error),
                    None => Ok(false),
                };
            }
            Outcome::LookAgain => return Ok(false),
        };
        self.calls[at].site.counters.shared.one();
        self.values[at] = Some(value);
        Ok(true)
    }

    /// Reads entries in one round trip. Gives those that this does not answer, with what stands there.
    async fn look(&mut self, which: Vec<usize>) -> Vec<(usize, Look)> {
        if which.is_empty() {
            return Vec::new();
        }
        let calls: Vec<Call<'_>> = which.iter().map(|at| self.calls[*at]).collect();
        let looks = match look_many(&calls, self.store, &mut self.budget).await {
            Ok(looks) => looks,
            Err(error) => calls.iter().map(|call| call.unanswered(error.clone())).collect(),
        };
        let mut open = Vec::new();
        for ((at, call), look) in which.into_iter().zip(calls).zip(looks) {
            match call.answer(look) {
                Ok(value) => self.values[at] = Some(value),
                Err(look) => open.push((at, look)),
            }
        }
        open
    }

    /// Asks for the leases of those that this batch leads, in one round trip.
    async fn take_leases(
        &mut self,
        leaders: Vec<(usize, Leader, Look)>,
        waiters: &mut Vec<(usize, Waiter)>,
    ) -> ToLoad {
        let mut load = ToLoad { held: Vec::new(), free: Vec::new(), alone: Vec::new() };
        let (mut asks, mut asking) = (Vec::new(), Vec::new());
        for (at, leader, look) in leaders {
            let dead = match (leader.inherited(), look) {
                // What a dropped leader left behind is replaced; its nonce is never used again, as its request may still be
                // under way.
                (Some(hold), Look::Absent | Look::Dead(_) | Look::Aged(_)) => Some(hold.expected()),
                (None, Look::Absent) => None,
                (None, Look::Dead(dead)) => Some(dead),
                (None, Look::Aged(aged)) => Some(aged.expected),
                (_, other) => {
                    self.without_lease(at, leader, other, &mut load, waiters);
                    continue;
                }
            };
            let ask = Ask { key: self.calls[at].key.clone(), nonce: Nonce::new(), dead };
            leader.ask(Hold::Lease(ask.nonce));
            asking.push((at, leader, ask.nonce));
            asks.push(ask);
        }
        if asks.is_empty() {
            return load;
        }
        let time = self.cache.settings().lease;
        let answers = match self.store.lease_many(&mut self.budget, &asks, time).await {
            Ok(answers) => answers,
            Err(error) => asks.iter().map(|_| Err(error.clone())).collect(),
        };
        for ((at, leader, nonce), answer) in asking.into_iter().zip(answers) {
            let call = self.calls[at];
            let look = match answer {
                Ok(Lease::Granted) => {
                    load.held.push((at, leader, nonce));
                    continue;
                }
                Ok(Lease::Held(found)) => {
                    leader.settled();
                    if self.store.is_queued(call.key) {
                        load.free.push((at, leader, None));
                        continue;
                    }
                    call.interpret_found(self.store, &mut self.budget, found).await
                }
                // It may be granted yet, after an invalidation that did not find it: nothing is stored or shared under it.
                Err(error) => call.unanswered(error),
            };
            self.without_lease(at, leader, look, &mut load, waiters);
        }
        load
    }

    fn without_lease(
        &mut self,
        at: usize,
        leader: Leader,
        look: Look,
        load: &mut ToLoad,
        waiters: &mut Vec<(usize, Waiter)>,
    ) {
        match without_hold(look) {
            Ok(Under::Hit(value)) => {
                // As good as a hit, but only here: another may have joined after the store answered.
                leader.land(Outcome::LookAgain);
                self.values[at] = Some(value);
            }
            Ok(Under::Nothing(seen)) => load.free.push((at, leader, seen)),
            Ok(Under::Hold(..)) => load.free.push((at, leader, None)),
            Err(_) if self.waited => load.free.push((at, leader, None)),
            Err(seen) => match follow(self.calls[at], leader, seen) {
                Ok(waiter) => waiters.push((at, waiter)),
                Err(back) => load.free.push((at, back, None)),
            },
        }
    }

    /// Loads, lets others share it, and stores what was loaded under leases.
    async fn load<F, Fut>(&mut self, load: ToLoad, loader: &F) -> Result<(), E>
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
        let running = run(self.calls, loader, which.clone());
        // A lease in this process needs no renewal: it has no end.
        let result = if held.is_empty() || self.store.typed() {
            running.await
        } else {
            let leases: Arc<[(Key, Nonce)]> =
                held.iter().map(|(at, _, nonce)| (self.calls[*at].key.clone(), *nonce)).collect();
            let period = self.cache.settings().lease / 3;
            with_ticks(self.cache.runtime(), running, period, || renew(self.cache, &leases)).await
        };
        let load_time = started.elapsed();
        let error = match result {
            Ok(values) => {
                for (at, value) in which.into_iter().zip(values) {
                    self.values[at] = Some(value);
                }
                None
            }
            Err(error) => Some(error),
        };
        let shared = error.as_ref().and_then(|error| self.sharing.failed(error).0);
        let mut settles = Vec::with_capacity(held.len());
        for (at, leader, nonce) in &held {
            settles.push(self.landed(*at, leader, Some(*nonce), (&error, &shared), load_time));
        }
        for (at, leader) in &leaders {
            self.landed(*at, leader, None, (&error, &shared), load_time);
        }
        self.settle(&held, settles.into_iter().flatten().collect()).await;
        error.map_or(Ok(()), Err)
    }

    /// Tells those who wait; gives what becomes of the lease.
    fn landed(
        &self,
        at: usize,
        leader: &Leader,
        nonce: Option<Nonce>,
        (error, shared): (&Option<E>, &Option<Kept>),
        load_time: Duration,
    ) -> Option<Settle> {
        let call = self.calls[at];
        let value = self.values[at].clone().flatten();
        leader.land(match error {
            None => Outcome::Loaded(value.clone()),
            Some(_) => Outcome::Failed(shared.clone()),
        });
        let under = Expected::lease(nonce?);
        let facts = Facts { load_time, ..Facts::default() };
        let draft = if error.is_none() { call.draft(value.as_ref(), &facts) } else { None };
        Some(Settle { key: call.key.clone(), under, draft })
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
            let counters = &self.calls[*at].site.counters;
            match answer {
                Ok(filled) => {
                    leader.settled();
                    match filled {
                        Filled::Stored => counters.fills.one(),
                        Filled::Older => counters.older.one(),
                        Filled::Revoked if with_value => counters.revoked_fills.one(),
                        Filled::Revoked => {}
                    }
                }
                // The leader, dropped unsettled, tries once more in the background to give it back.
                Err(_) => counters.store_errors.one(),
            }
        }
    }

    /// As for single entries: what a transaction reads is for its callers alone.
    async fn load_inside<F, Fut>(&mut self, far: Vec<usize>, loader: &F) -> Result<(), E>
    where
        F: Fn(Vec<usize>) -> Fut,
        Fut: Future<Output = Result<Vec<Option<Kept>>, E>>,
    {
        let changed = |at: &usize| transaction::has_changed(self.cache, self.calls[*at].key);
        let (mut missing, unchanged): (Vec<usize>, Vec<usize>) = far.into_iter().partition(changed);
        missing.iter().for_each(|at| self.calls[*at].site.counters.misses.one());
        missing.extend(self.look(unchanged).await.into_iter().map(|(at, _)| at));
        if missing.is_empty() {
            return Ok(());
        }
        let values = run(self.calls, loader, missing.clone()).await?;
        for (at, value) in missing.into_iter().zip(values) {
            self.values[at] = Some(value);
        }
        Ok(())
    }
}

/// Runs the loader, and counts it once.
async fn run<V, E, F, Fut>(calls: &[Call<'_>], loader: &F, which: Vec<usize>) -> Result<Vec<Option<V>>, E>
where
    F: Fn(Vec<usize>) -> Fut,
    Fut: Future<Output = Result<Vec<Option<V>>, E>>,
{
    let Some(Call { site, .. }) = calls.first() else { return Ok(Vec::new()) };
    site.counters.loads.one();
    let started = Instant::now();
    let result = loader(which).await;
    site.counters.load_micros.add(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
    if result.is_err() {
        site.counters.load_errors.one();
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
