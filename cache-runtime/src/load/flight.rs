//! Single-flight: the loads of this process that are under way, and who may share one.
//!
//! A reader may share a load if that load can't be older than an invalidation that was done before the reader came:
//!
//! - the load has begun after the reader came, or has not begun yet; or
//! - the reader saw, in the store, the very lease (or the state of a write mark) that the load runs under. Joining by key
//!   alone would hand a reader that starts after an invalidation the value from before it.
//!
//! Where the store is known to be down nothing can be seen in it: then readers share by key, until this process
//! itself invalidates the key.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::background::bounded;
use crate::key::Key;
use crate::record::{Nonce, Token};

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

type GiveBack = Box<dyn Fn(&Key, Nonce) + Send + Sync>;

/// The flights of one cache.
pub(crate) struct Flights {
    by_key: Mutex<HashMap<Key, Arc<Flight>, foldhash::fast::RandomState>>,
    /// Orders the beginnings of loads and the arrivals of readers.
    clock: AtomicU64,
    /// Gives back the lease of a flight that nobody leads or waits for any more.
    abandon: GiveBack,
}

pub(crate) struct Flight {
    key: Key,
    nonce: Nonce,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    phase: Phase,
    /// What readers must have seen in the store to share a load that had begun before they came.
    token: Option<Token>,
    /// When the load began, by the flights' clock.
    began: Option<u64>,
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

/// What a reader saw in the store, as far as it decides whom it may join.
#[derive(Clone, Copy)]
pub(crate) enum Seen {
    Token(Token),
    Other,
    /// The store is known to be down.
    Down,
}

impl Flights {
    pub(crate) fn new(abandon: impl Fn(&Key, Nonce) + Send + Sync + 'static) -> Arc<Flights> {
        Arc::new(Flights { by_key: Mutex::default(), clock: AtomicU64::new(1), abandon: Box::new(abandon) })
    }

    /// The time, for a reader that has just come.
    pub(crate) fn now(&self) -> u64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// Joins the flight that a reader which came at `arrived` may share, or begins one.
    pub(crate) fn enter(self: &Arc<Self>, key: &Key, arrived: u64, seen: Seen) -> Entered {
        let mut flights = lock(&self.by_key);
        if let Some(flight) = flights.get(key)
            && let Some(waiter) = Waiter::join(self, flight, arrived, seen)
        {
            return Entered::Wait(waiter);
        }
        let flight = Arc::new(Flight {
            key: key.clone(),
            nonce: Nonce::new(),
            state: Mutex::new(State { phase: Phase::Led, token: None, began: None, waiters: 0 }),
            changed: Notify::new(),
        });
        flights.insert(key.clone(), Arc::clone(&flight));
        Entered::Lead(Leader::new(self, &flight))
    }

    /// Joins a flight whose load has not begun, without having looked into the store.
    pub(crate) fn join_early(self: &Arc<Self>, key: &Key, arrived: u64) -> Option<Waiter> {
        let flights = lock(&self.by_key);
        Waiter::join(self, flights.get(key)?, arrived, Seen::Other)
    }

    /// No later reader shares what is loading now, unless it sees its lease in the store.
    pub(crate) fn detach(&self, key: &Key) {
        lock(&self.by_key).remove(key);
    }

    /// The same for all keys: for patterns and namespaces.
    pub(crate) fn detach_all(&self) {
        lock(&self.by_key).clear();
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
}

/// Leads a flight. Dropped before it has landed, it hands the flight to a waiter.
pub(crate) struct Leader {
    flights: Arc<Flights>,
    flight: Arc<Flight>,
    landed: bool,
    /// Whether a lease stands in the store that has to be filled or given back.
    holds_lease: bool,
}

impl Leader {
    fn new(flights: &Arc<Flights>, flight: &Arc<Flight>) -> Leader {
        Leader { flights: Arc::clone(flights), flight: Arc::clone(flight), landed: false, holds_lease: false }
    }

    pub(crate) fn nonce(&self) -> Nonce {
        self.flight.nonce
    }

    /// The load begins now, under `token`.
    pub(crate) fn begin(&self, token: Option<Token>) {
        let mut state = self.flight.state();
        state.began = Some(self.flights.clock.fetch_add(1, Ordering::SeqCst));
        state.token = token;
    }

    /// Stands for a load of another process, which has begun already: only readers that saw its lease may wait here.
    pub(crate) fn follow(&self, token: Token) {
        let mut state = self.flight.state();
        state.began = Some(0);
        state.token = Some(token);
    }

    /// Whether a lease stands in the store, or may stand there.
    pub(crate) fn holds_lease(&mut self, holds: bool) {
        self.holds_lease = holds;
    }

    pub(crate) fn has_lease(&self) -> bool {
        self.holds_lease
    }

    /// The lease has been filled or given back.
    pub(crate) fn settled(mut self) {
        self.holds_lease = false;
    }

    /// Whether somebody waits for the outcome.
    pub(crate) fn has_waiters(&self) -> bool {
        self.flight.state().waiters > 0
    }

    /// Waits here too, as one of many.
    pub(crate) fn waiter(&self) -> Waiter {
        self.flight.state().waiters += 1;
        Waiter { flights: Arc::clone(&self.flights), flight: Arc::clone(&self.flight) }
    }

    /// Gives the outcome to all who wait. The flight stays in place for readers that see its lease, until `self` is dropped.
    pub(crate) fn land(&mut self, outcome: Outcome) {
        self.landed = true;
        self.flight.state().phase = Phase::Done(outcome);
        self.flight.changed.notify_waiters();
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        if self.landed {
            self.flights.remove(&self.flight);
            if self.holds_lease {
                (self.flights.abandon)(&self.flight.key, self.flight.nonce);
            }
            return;
        }
        let mut state = self.flight.state();
        state.phase = Phase::Orphaned;
        if state.waiters > 0 {
            drop(state);
            self.flight.changed.notify_one();
        } else {
            drop(state);
            abandon(&self.flights, &self.flight);
        }
    }
}

/// Nobody is left: the lease goes back, so that nobody elsewhere waits for it.
fn abandon(flights: &Flights, flight: &Arc<Flight>) {
    // First out of the map, then again a look: between the two somebody may have joined.
    flights.remove(flight);
    let mut state = flight.state();
    if matches!(state.phase, Phase::Orphaned) && state.waiters == 0 {
        state.phase = Phase::Done(Outcome::LookAgain);
        drop(state);
        (flights.abandon)(&flight.key, flight.nonce);
    }
}

/// Waits for a flight's outcome.
pub(crate) struct Waiter {
    flights: Arc<Flights>,
    flight: Arc<Flight>,
}

impl Waiter {
    /// Called with the map's lock held, so that the flight is still in it.
    fn join(flights: &Arc<Flights>, flight: &Arc<Flight>, arrived: u64, seen: Seen) -> Option<Waiter> {
        let mut state = flight.state();
        let may_share = match (state.began, seen) {
            (None, _) | (_, Seen::Down) => true,
            (Some(began), _) if began >= arrived => true,
            (_, Seen::Token(token)) => state.token == Some(token),
            (_, Seen::Other) => false,
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
        let outcome = async {
            loop {
                // Asked for before the look: a change between the two is not missed.
                let mut changed = std::pin::pin!(self.flight.changed.notified());
                changed.as_mut().enable();
                if let Some(waited) = self.poll() {
                    return waited;
                }
                changed.await;
            }
        };
        bounded(bound, outcome).await.unwrap_or(Waited::TimedOut)
    }

    fn poll(&self) -> Option<Waited> {
        let mut state = self.flight.state();
        match &state.phase {
            Phase::Led => None,
            Phase::Done(outcome) => Some(Waited::Outcome(outcome.clone())),
            Phase::Orphaned => {
                state.phase = Phase::Led;
                Some(Waited::Leads(Leader::new(&self.flights, &self.flight)))
            }
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut state = self.flight.state();
        state.waiters -= 1;
        // It may have been the one that was to take over.
        if matches!(state.phase, Phase::Orphaned) {
            let last = state.waiters == 0;
            drop(state);
            if last {
                abandon(&self.flights, &self.flight);
            } else {
                self.flight.changed.notify_one();
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
