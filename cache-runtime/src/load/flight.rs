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
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::hold::Hold;
use super::line::Line;
use super::place::Place;
use crate::key::Key;
use crate::read::Seen;
use crate::waking::wake;

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
    /// How many there are. Written under the lock; hits look here first, and mostly need no lock then.
    count: AtomicUsize,
    /// Orders the beginnings of loads and the arrivals of readers.
    clock: AtomicU64,
    /// Gives a lease or a claim back in the background.
    give_back: GiveBack,
}

pub(crate) struct Flight {
    flights: Arc<Flights>,
    key: Key,
    /// Those who are woken read it without a lock: there may be thousands, all at once.
    pub(super) outcome: OnceLock<Outcome>,
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) phase: Phase,
    /// What readers must have seen in the store to share a load that had begun before they came.
    seen: Option<Seen>,
    /// When the load began, by the flights' clock.
    began: Option<u64>,
    /// The lease or the claim that may stand in the store for this flight.
    hold: Option<Hold>,
    /// Those of leaders before, which were to be replaced: a leader that is dropped in turn does not know whether they were.
    abandoned: Vec<Hold>,
    waiters: usize,
    /// The waiters that were polled, and those whose turn comes after this flight.
    pub(super) line: Line,
}

pub(super) enum Phase {
    /// Somebody asks for the lease, loads, or looks for what another process loads.
    Led,
    /// Whoever led it was dropped; a waiter takes over.
    Orphaned,
    /// There is an outcome, and nobody stands in line any more.
    Done,
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
            count: AtomicUsize::new(0),
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
        if let Some(waiter) = before.and_then(|flight| Waiter::join(flight, arrived, seen)) {
            return Entered::Wait(waiter);
        }
        let before = before.cloned();
        let flight = Arc::new(Flight {
            flights: Arc::clone(self),
            key: key.clone(),
            outcome: OnceLock::new(),
            state: Mutex::new(State {
                phase: Phase::Led,
                seen: None,
                began: None,
                hold: None,
                abandoned: Vec::new(),
                waiters: 0,
                line: Line::default(),
            }),
        });
        flights.insert(key.clone(), Arc::clone(&flight));
        self.count.store(flights.len(), Ordering::Relaxed);
        Entered::Lead(Leader { flight, before, inherited: None })
    }

    /// Joins a flight whose load has not begun, without having looked into the store. One that begins at this moment may be
    /// overlooked: then the store is asked, which is as good.
    #[inline]
    pub(crate) fn join_early(&self, key: &Key, arrived: u64) -> Option<Waiter> {
        if self.count.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let flights = lock(&self.by_key);
        Waiter::join(flights.get(key)?, arrived, None)
    }

    fn remove(&self, flight: &Arc<Flight>) {
        let mut flights = lock(&self.by_key);
        if flights.get(&flight.key).is_some_and(|current| Arc::ptr_eq(current, flight)) {
            flights.remove(&flight.key);
            self.count.store(flights.len(), Ordering::Relaxed);
        }
    }
}

impl Flight {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Gives the outcome to all.
    fn finish(&self, mut state: MutexGuard<'_, State>, outcome: Outcome) {
        state.phase = Phase::Done;
        // Nothing finishes twice.
        let _ = self.outcome.set(outcome);
        let line = std::mem::take(&mut state.line);
        drop(state);
        line.dissolve();
    }
}

/// Leads a flight. Dropped before it has landed, it hands the flight to a waiter.
pub(crate) struct Leader {
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
            let mut place = Place::new(before, bound);
            poll_fn(|context| place.poll(context, |_| None::<()>).map(drop)).await;
        }
    }

    /// The load begins now; who has `seen` the same may share it.
    pub(crate) fn begin(&self, seen: Option<Seen>) {
        let mut state = self.flight.state();
        state.began = Some(self.flight.flights.clock.fetch_add(1, Ordering::SeqCst));
        state.seen = seen;
    }

    /// Stands for a load of another process, which has begun already: only readers that saw its lease may wait here.
    pub(crate) fn follow(&self, seen: Seen) -> Waiter {
        let mut state = self.flight.state();
        state.began = Some(0);
        state.seen = Some(seen);
        state.waiters += 1;
        drop(state);
        Waiter { flight: Arc::clone(&self.flight) }
    }

    /// Lands if nobody waits: in one step, so that nobody joins in between.
    pub(crate) fn land_if_alone(&self) -> bool {
        let state = self.flight.state();
        let alone = state.waiters == 0;
        if alone {
            self.flight.finish(state, Outcome::LookAgain);
        }
        alone
    }

    /// Gives the outcome to all who wait. The flight stays in place for readers that see its lease, until `self` is dropped.
    pub(crate) fn land(&self, outcome: Outcome) {
        self.flight.finish(self.flight.state(), outcome);
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        let mut state = self.flight.state();
        if matches!(state.phase, Phase::Led) {
            state.phase = Phase::Orphaned;
        }
        if matches!(state.phase, Phase::Orphaned) && state.waiters > 0 {
            // All of them: one that is not polled at the moment must not keep it from the others.
            let all = state.line.all();
            drop(state);
            all.into_iter().for_each(wake);
        } else {
            drop(state);
            close(&self.flight);
        }
    }
}

/// Takes a flight that is done, or that nobody leads or waits for, out of the map. What is left of its lease goes back, so
/// that nobody elsewhere waits for it.
fn close(flight: &Arc<Flight>) {
    // First out of the map, then a look: until then somebody may have joined an orphan.
    flight.flights.remove(flight);
    let mut state = flight.state();
    match state.phase {
        Phase::Led => return,
        Phase::Orphaned if state.waiters > 0 => return,
        Phase::Orphaned | Phase::Done => {}
    }
    let abandoned = std::mem::take(&mut state.abandoned);
    let holds: Vec<Hold> = abandoned.into_iter().chain(state.hold.take()).collect();
    if matches!(state.phase, Phase::Orphaned) {
        flight.finish(state, Outcome::LookAgain);
    } else {
        drop(state);
    }
    for hold in holds {
        (flight.flights.give_back)(&flight.key, hold);
    }
}

/// Waits for a flight's outcome.
pub(crate) struct Waiter {
    flight: Arc<Flight>,
}

impl Waiter {
    /// Called with the map's lock held, so that the flight is still in it.
    fn join(flight: &Arc<Flight>, arrived: u64, seen: Option<&Seen>) -> Option<Waiter> {
        let mut state = flight.state();
        let may_share = match state.began {
            None => true,
            Some(began) => began >= arrived || (seen.is_some() && seen == state.seen.as_ref()),
        };
        // A flight that came to nothing tells its waiters to look again; who comes later has looked.
        if !may_share || matches!(flight.outcome.get(), Some(Outcome::LookAgain)) {
            return None;
        }
        state.waiters += 1;
        drop(state);
        Some(Waiter { flight: Arc::clone(flight) })
    }

    /// Waits for the outcome, or to become the leader, for `bound` at the most.
    pub(crate) fn wait(self, bound: Duration) -> Wait {
        Wait { place: Place::new(Arc::clone(&self.flight), bound), waiter: self }
    }
}

/// What [`Waiter::wait`] gives. Thousands may wait: it has little room, and needs no box.
pub(crate) struct Wait {
    // Dropped first: who is last to leave finds nobody in the line.
    place: Place,
    waiter: Waiter,
}

impl Future for Wait {
    type Output = Waited;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Waited> {
        let Wait { place, waiter } = &mut *self;
        let leads = |state: &mut State| {
            state.phase = Phase::Led;
            state.began = None;
            state.seen = None;
            let inherited = state.hold.clone();
            Some(Leader { flight: Arc::clone(&waiter.flight), before: None, inherited })
        };
        Poll::Ready(match ready!(place.poll(context, leads)) {
            Some(Ok(outcome)) => Waited::Outcome(outcome.clone()),
            Some(Err(leader)) => Waited::Leads(leader),
            None => Waited::TimedOut,
        })
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        // Nobody asks how many wait for what is done.
        if self.flight.outcome.get().is_some() {
            return;
        }
        let mut state = self.flight.state();
        state.waiters -= 1;
        let last_of_an_orphan = state.waiters == 0 && matches!(state.phase, Phase::Orphaned);
        drop(state);
        if last_of_an_orphan {
            close(&self.flight);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
impl Leader {
    pub(super) fn places(&self) -> usize {
        self.flight.state().line.places()
    }

    pub(super) fn alarms(&self) -> usize {
        self.flight.state().line.alarms()
    }

    /// Holds the flight's lock meanwhile.
    pub(super) fn while_locked(&self, work: impl FnOnce()) {
        let _state = self.flight.state();
        work();
    }

    /// Lands, but has the flight's lock before that.
    pub(super) fn land_after(&self, work: impl FnOnce(), outcome: Outcome) {
        let state = self.flight.state();
        work();
        self.flight.finish(state, outcome);
    }
}

#[cfg(test)]
#[path = "flight_tests.rs"]
mod tests;
