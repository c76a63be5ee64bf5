//! Who waits for one flight is woken, and waits for as long as it said.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that fails has to fail")]

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::{coop, yield_now};
use tokio::time::{Instant, sleep, timeout};

use super::flight::{Entered, Flights, Leader, Outcome, Waited, Waiter};
use crate::key::Key;

const LONG: Duration = Duration::from_secs(64);

/// One load that is under way.
struct Load {
    flights: Arc<Flights>,
    key: Key,
}

impl Load {
    fn begin() -> (Load, Leader) {
        let load = Load { flights: Flights::new(|_, _| {}), key: Key::build("flights", (1,)) };
        let Entered::Lead(leader) = load.flights.enter(&load.key, 0, None) else { panic!("the other side") };
        (load, leader)
    }

    fn join(&self) -> Waiter {
        let Entered::Wait(waiter) = self.flights.enter(&self.key, 0, None) else { panic!("the other side") };
        waiter
    }

    fn wait(&self, bound: Duration) -> Pin<Box<dyn Future<Output = Waited> + Send>> {
        Box::pin(self.join().wait(bound))
    }
}

/// Counts how often it is woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Woken {
    fn times(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn poll<T>(self: &Arc<Self>, future: &mut Pin<Box<dyn Future<Output = T> + Send>>) -> Poll<T> {
        future.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(self))))
    }
}

// Bites: fails without `if let Some(alarm) = shared` in Line::bounded (load/line.rs).
// Bites: fails without `place.late = true` in Line::late (load/line.rs).
// Bites: fails without `late.into_iter().for_each(Waker::wake)` in Ring::wake (load/place.rs).
#[tokio::test(start_paused = true)]
async fn who_comes_at_about_the_same_time_shares_a_timer() {
    let (load, leader) = Load::begin();
    let mut waits = Vec::new();
    for pause in [0, 500, 499, 20_000] {
        sleep(Duration::from_millis(pause)).await;
        let wait = load.wait(LONG);
        waits.push(tokio::spawn(async move {
            let came = Instant::now();
            assert!(matches!(timeout(LONG * 2, wait).await, Ok(Waited::TimedOut)), "it waits for ever");
            came.elapsed()
        }));
    }
    yield_now().await;
    assert_eq!(leader.alarms(), 2);
    for wait in waits {
        let took = wait.await.unwrap();
        assert!(took >= LONG && took <= LONG + LONG / 64 + Duration::from_millis(2), "{took:?}");
    }
}

// Bites: fails without `alarm.runtime == runtime` in Line::bounded (load/line.rs).
#[test]
fn a_runtime_that_stands_still_holds_up_nobody_in_another_one() {
    let (load, _leader) = Load::begin();
    let still = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let running = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (woken, mut there) = (Arc::<Woken>::default(), load.wait(LONG));
    {
        let _still = still.enter();
        assert!(woken.poll(&mut there).is_pending());
    }
    let here = running.block_on(async { timeout(LONG * 2, load.wait(LONG)).await });
    assert!(matches!(here, Ok(Waited::TimedOut)), "it waits for ever");
}

/// A caller may block on the handle of a runtime that has ended: a body that needs nothing of it still has a value.
// Bites: fails without `has_ended` in clock::of (clock.rs), with that runtime's clock.
#[test]
fn who_waits_in_a_runtime_that_has_ended_goes_by_another_clock() {
    let (load, leader) = Load::begin();
    let handle = Builder::new_current_thread().enable_time().build().unwrap().handle().clone();
    let waited = handle.block_on(load.wait(Duration::from_millis(1)));
    assert!(matches!(waited, Waited::TimedOut));
    let (woken, mut wait) = (Arc::<Woken>::default(), load.wait(LONG));
    let _ended = handle.enter();
    assert!(woken.poll(&mut wait).is_pending());
    leader.land(Outcome::Loaded(None));
    assert!(matches!(woken.poll(&mut wait), Poll::Ready(Waited::Outcome(Outcome::Loaded(None)))));
}

// Bites: fails without `unconstrained(…)` in Line::bounded (load/line.rs).
#[tokio::test(start_paused = true)]
async fn a_task_that_has_had_its_share_waits_all_the_same() {
    let (load, _leader) = Load::begin();
    let (woken, mut wait) = (Arc::<Woken>::default(), load.wait(LONG));
    while coop::has_budget_remaining() {
        let mut share: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(coop::consume_budget());
        let _ = woken.poll(&mut share);
    }
    assert!(woken.poll(&mut wait).is_pending());
    yield_now().await;
    assert!(woken.poll(&mut wait).is_pending(), "its time is not over");
}

// Bites: fails without `all.into_iter().for_each(Waker::wake)` in Leader::drop (load/flight.rs).
// Bites: fails without `line.dissolve()` in Flight::finish (load/flight.rs).
#[tokio::test]
async fn all_are_woken_whoever_leads() {
    let (load, leader) = Load::begin();
    let (first, second) = (Arc::<Woken>::default(), Arc::<Woken>::default());
    let (mut one, mut other) = (load.wait(LONG), load.wait(LONG));
    assert!(first.poll(&mut one).is_pending() && second.poll(&mut other).is_pending());
    drop(leader);
    assert_eq!(
        (first.times(), second.times()),
        (1, 1),
        "one that is not polled must not keep it from the other"
    );
    let Poll::Ready(Waited::Leads(leader)) = second.poll(&mut other) else { panic!("nobody leads") };
    assert!(first.poll(&mut one).is_pending());
    leader.land(Outcome::Loaded(None));
    assert_eq!(first.times(), 2);
    assert!(matches!(first.poll(&mut one), Poll::Ready(Waited::Outcome(Outcome::Loaded(None)))));
}

// Bites: fails without the look at the outcome behind the lock in Place::poll (load/place.rs), in one round or another.
#[test]
fn what_comes_while_somebody_steps_into_the_line_is_seen() {
    for _ in 0..100 {
        let (load, leader) = Load::begin();
        let mut wait = load.wait(LONG);
        let (locked, is_locked) = mpsc::channel();
        let (ready, is_ready) = mpsc::channel();
        let waiting = thread::spawn(move || {
            let woken = Arc::<Woken>::default();
            // Sooner it would stand in the line, and be woken.
            is_locked.recv().unwrap();
            ready.send(()).unwrap();
            woken.poll(&mut wait).is_ready()
        });
        let work = || {
            locked.send(()).unwrap();
            is_ready.recv().unwrap();
            // Time enough to come up to the lock, most of the time.
            (0..200).for_each(|_| thread::yield_now());
        };
        leader.land_after(work, Outcome::LookAgain);
        assert!(waiting.join().unwrap(), "it is in a line that has gone");
    }
}

// Bites: fails without `self.free.push(at)` in Line::leave (load/line.rs).
// Bites: fails without `line.leave(at)` in Place::drop (load/place.rs).
#[tokio::test]
async fn who_goes_leaves_its_place_to_the_next_one() {
    let (load, leader) = Load::begin();
    for _ in 0..100 {
        let (woken, mut wait) = (Arc::<Woken>::default(), load.wait(LONG));
        assert!(woken.poll(&mut wait).is_pending());
    }
    assert_eq!(leader.places(), 1);
}

// Bites: fails without the first look at the outcome in Place::poll (load/place.rs).
// Bites: fails without `if self.flight.outcome.get().is_some()` in Waiter::drop (load/flight.rs).
#[test]
fn thousands_who_are_woken_do_not_queue_for_a_lock() {
    let (load, leader) = Load::begin();
    let (woken, mut wait) = (Arc::<Woken>::default(), load.wait(LONG));
    assert!(woken.poll(&mut wait).is_pending());
    leader.land(Outcome::Loaded(None));
    let (done, is_done) = mpsc::channel();
    leader.while_locked(|| {
        let waiting = thread::spawn(move || {
            let waited = woken.poll(&mut wait);
            drop(wait);
            done.send(matches!(waited, Poll::Ready(Waited::Outcome(_)))).unwrap();
        });
        assert_eq!(is_done.recv_timeout(Duration::from_secs(10)), Ok(true));
        drop(waiting);
    });
}
