//! Single-flight: the loads of this process that are under way, and who may share one.
//!
//! A reader may share a load if that load can't be older than an invalidation that was done before the reader came:
//!
//! - the load has not begun yet, or has begun after the reader came; or
//! - the reader saw, in the store, the very lease (or the state of a write mark) that the load runs under. Joining by key
//!   alone would hand a reader that starts after an invalidation the value from before it.
//!
//! A load that holds no lease (the store is down or full, a write is under way) waits for its turn: until the load of this key
//! that was under way when it came is done. Readers that may not share that one share this one.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::hold::Hold;
use crate::background::bounded;
use crate::key::Key;
use crate::read::Seen;

/// A type-erased value or error: callers of one key may expect different types.
pub(crate) type Shared = Arc<dyn Any + Send + Sync>;

/// What comes of a load.
#[derive(Clone)]
pub(crate) enum Outcome {
    /// The loaded value, `None` for the answer `None`.
    Loaded(Option<Shared>),
    /// The loader failed; the error, where it can be copied.
    Failed(Option<Shared>),
    /// There was no load here: look into the store again.
    LookAgain,
}

type GiveBack = Box<dyn Fn(&Key, Hold) + Send + Sync>;

/// The flights of one cache.
pub(crate) struct Flights {
    by_key: Mutex<HashMap<Key, Arc<Flight>, foldhash::fast::RandomState>>,
    /// Orders the beginnings of loads and the arrivals of readers.
    clock: AtomicU64,
    /// Gives a lease or a claim back in the background.
    give_back: GiveBack,
}

pub(crate) struct Flight {
    key: Key,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    phase: Phase,
    /// What readers must have seen in the store to share a load that had begun before they came.
    seen: Option<Seen>,
    /// When the load began, by the flights' clock.
    began: Option<u64>,
    /// The lease or the claim that may stand in the store for this flight.
    hold: Option<Hold>,
    /// Those of leaders before, which were to be replaced: a leader that is dropped in turn does not know whether they were.
    abandoned: Vec<Hold>,
    waiters: usize,
}

enum Phase {
    /// Somebody asks for the lease, loads, or looks for what another process loads.
    Led,
    /// Whoever led it was dropped; a waiter takes over.
    Orphaned,
    Done(Outcome),
}

/// How a reader goes on after a miss.
pub(crate) enum Entered {
    Lead(Leader),
    Wait(Waiter),
}

/// What waiting came to.
pub(crate) enum Waited {
    Outcome(Outcome),
    /// The leader was dropped: this waiter leads now.
    Leads(Leader),
    TimedOut,
}

impl Flights {
    pub(crate) fn new(give_back: impl Fn(&Key, Hold) + Send + Sync + 'static) -> Arc<Flights> {
        Arc::new(Flights {
            by_key: Mutex::default(),
            clock: AtomicU64::new(1),
            give_back: Box::new(give_back),
        })
    }

    /// The time, for a reader that has just come.
    pub(crate) fn now(&self) -> u64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// Joins the flight that a reader which came at `arrived` and has `seen` something may share, or begins one.
    pub(crate) fn enter(self: &Arc<Self>, key: &Key, arrived: u64, seen: Option<&Seen>) -> Entered {
        let mut flights = lock(&self.by_key);
        let before = flights.get(key);
        if let Some(waiter) = before.and_then(|flight| Waiter::join(self, flight, arrived, seen)) {
            return Entered::Wait(waiter);
        }
        let before = before.cloned();
        let flight = Arc::new(Flight {
            key: key.clone(),
            state: Mutex::new(State {
                phase: Phase::Led,
                seen: None,
                began: None,
                hold: None,
                abandoned: Vec::new(),
                waiters: 0,
            }),
            changed: Notify::new(),
        });
        flights.insert(key.clone(), Arc::clone(&flight));
        Entered::Lead(Leader { flights: Arc::clone(self), flight, before, inherited: None })
    }

    /// Joins a flight whose load has not begun, without having looked into the store.
    pub(crate) fn join_early(self: &Arc<Self>, key: &Key, arrived: u64) -> Option<Waiter> {
        let flights = lock(&self.by_key);
        Waiter::join(self, flights.get(key)?, arrived, None)
    }

    fn remove(&self, flight: &Arc<Flight>) {
        let mut flights = lock(&self.by_key);
        if flights.get(&flight.key).is_some_and(|current| Arc::ptr_eq(current, flight)) {
            flights.remove(&flight.key);
        }
    }
}

impl Flight {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Waits until `look` finds something in the state.
    async fn until<T>(&self, look: impl Fn(&mut State) -> Option<T>) -> T {
        loop {
            // Most who look are woken, and need no place among those who wait.
            if let Some(found) = look(&mut self.state()) {
                return found;
            }
            // Asked for before another look: a change between the two is not missed.
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if let Some(found) = look(&mut self.state()) {
                return found;
            }
            changed.await;
        }
    }
}

/// Leads a flight. Dropped before it has landed, it hands the flight to a waiter.
pub(crate) struct Leader {
    flights: Arc<Flights>,
    flight: Arc<Flight>,
    /// The flight of the same key that was under way before.
    before: Option<Arc<Flight>>,
    /// What a former leader may have got.
    inherited: Option<Hold>,
}

impl Leader {
    /// What may stand for this flight although nobody loads under it: its leader was dropped.
    pub(crate) fn inherited(&self) -> Option<Hold> {
        self.inherited.clone()
    }

    /// A lease or a claim is asked for. From now on it is given back if nothing else becomes of it: whoever is dropped while the
    /// answer is on its way does not know whether it stands.
    pub(crate) fn ask(&self, hold: Hold) {
        let mut state = self.flight.state();
        // A claim is taken over as it is.
        let replaced = state.hold.replace(hold.clone()).filter(|replaced| *replaced != hold);
        state.abandoned.extend(replaced);
    }

    /// Nothing stands for this flight: it was refused, filled or given back.
    pub(crate) fn settled(&self) {
        self.flight.state().hold = None;
    }

    /// Waits until the load that was under way before is done, for `bound` at the most.
    pub(crate) async fn turn(&mut self, bound: Duration) {
        if let Some(before) = self.before.take() {
            let done = before.until(|state| matches!(state.phase, Phase::Done(_)).then_some(()));
            bounded(None, bound, done).await;
        }
    }

    /// The load begins now; who has `seen` the same may share it.
    pub(crate) fn begin(&self, seen: Option<Seen>) {
        let mut state = self.flight.state();
        state.began = Some(self.flights.clock.fetch_add(1, Ordering::SeqCst));
        state.seen = seen;
    }

    /// Stands for a load of another process, which has begun already: only readers that saw its lease may wait here.
    pub(crate) fn follow(&self, seen: Seen) -> Waiter {
        let mut state = self.flight.state();
        state.began = Some(0);
        state.seen = Some(seen);
        state.waiters += 1;
        drop(state);
        Waiter { flights: Arc::clone(&self.flights), flight: Arc::clone(&self.flight) }
    }

    /// Lands if nobody waits: in one step, so that nobody joins in between.
    pub(crate) fn land_if_alone(&self) -> bool {
        let mut state = self.flight.state();
        if state.waiters == 0 {
            state.phase = Phase::Done(Outcome::LookAgain);
        }
        state.waiters == 0
    }

    /// Gives the outcome to all who wait. The flight stays in place for readers that see its lease, until `self` is dropped.
    pub(crate) fn land(&self, outcome: Outcome) {
        self.flight.state().phase = Phase::Done(outcome);
        self.flight.changed.notify_waiters();
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        let mut state = self.flight.state();
        if matches!(state.phase, Phase::Led) {
            state.phase = Phase::Orphaned;
        }
        if matches!(state.phase, Phase::Orphaned) && state.waiters > 0 {
            drop(state);
            // All of them: one that is not polled at the moment must not keep it from the others.
            self.flight.changed.notify_waiters();
        } else {
            drop(state);
            close(&self.flights, &self.flight);
        }
    }
}

/// Takes a flight that is done, or that nobody leads or waits for, out of the map. What is left of its lease goes back, so
/// that nobody elsewhere waits for it.
fn close(flights: &Flights, flight: &Arc<Flight>) {
    // First out of the map, then a look: until then somebody may have joined an orphan.
    flights.remove(flight);
    let mut state = flight.state();
    match state.phase {
        Phase::Led => return,
        Phase::Orphaned if state.waiters > 0 => return,
        Phase::Orphaned => state.phase = Phase::Done(Outcome::LookAgain),
        Phase::Done(_) => {}
    }
    let holds: Vec<Hold> =
        std::mem::take(&mut state.abandoned).into_iter().chain(state.hold.take()).collect();
    drop(state);
    flight.changed.notify_waiters();
    for hold in holds {
        (flights.give_back)(&flight.key, hold);
    }
}

/// Waits for a flight's outcome.
pub(crate) struct Waiter {
    flights: Arc<Flights>,
    flight: Arc<Flight>,
}

impl Waiter {
    /// Called with the map's lock held, so that the flight is still in it.
    fn join(
        flights: &Arc<Flights>,
        flight: &Arc<Flight>,
        arrived: u64,
        seen: Option<&Seen>,
    ) -> Option<Waiter> {
        let mut state = flight.state();
        let may_share = match state.began {
            None => true,
            Some(began) => began >= arrived || (seen.is_some() && seen == state.seen.as_ref()),
        };
        // A flight that came to nothing tells its waiters to look again; who comes later has looked.
        if !may_share || matches!(state.phase, Phase::Done(Outcome::LookAgain)) {
            return None;
        }
        state.waiters += 1;
        drop(state);
        Some(Waiter { flights: Arc::clone(flights), flight: Arc::clone(flight) })
    }

    /// Waits for the outcome, or to become the leader, for `bound` at the most.
    pub(crate) async fn wait(self, bound: Duration) -> Waited {
        let outcome = self.flight.until(|state| match &state.phase {
            Phase::Led => None,
            Phase::Done(outcome) => Some(Waited::Outcome(outcome.clone())),
            Phase::Orphaned => {
                state.phase = Phase::Led;
                state.began = None;
                state.seen = None;
                Some(Waited::Leads(Leader {
                    flights: Arc::clone(&self.flights),
                    flight: Arc::clone(&self.flight),
                    before: None,
                    inherited: state.hold.clone(),
                }))
            }
        });
        bounded(None, bound, outcome).await.unwrap_or(Waited::TimedOut)
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut state = self.flight.state();
        state.waiters -= 1;
        let last_of_an_orphan = state.waiters == 0 && matches!(state.phase, Phase::Orphaned);
        drop(state);
        if last_of_an_orphan {
            close(&self.flights, &self.flight);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "flight_tests.rs"]
mod tests;
