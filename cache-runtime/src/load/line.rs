//! Those who wait for one flight: whom to wake, and who has waited for long enough.
//!
//! Thousands may wait for one load, and nearly all of them came at about the same time. A timer for each would be most of what they
//! cost, so that those whose bounds end at about the same time share one.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::runtime::{Handle, Id};
use tokio::task::coop::unconstrained;
use tokio::time::{Instant, sleep_until};

use crate::clock;
use crate::waking::wake;

/// So much of its bound a wait may last longer.
const SLACK: u32 = 64;

#[derive(Default)]
pub(super) struct Line {
    places: Vec<Place>,
    free: Vec<usize>,
    alarms: Vec<Alarm>,
    /// How many alarms were set: each has a number of its own.
    set: u64,
}

#[derive(Default)]
struct Place {
    waker: Option<Waker>,
    /// The number of its alarm.
    alarm: Option<u64>,
    late: bool,
}

/// Goes off when those who have its number have waited for long enough.
struct Alarm {
    number: u64,
    due: Instant,
    /// Of whom it is. Others have timers of their own: this runtime may stand still or end before theirs.
    runtime: Id,
    timer: Timer,
}

type Timer = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Line {
    /// Takes a place, for `bound` at the most; without a runtime there is no clock, and it is for as long as it takes. `ring` makes
    /// what has to be woken when the alarm of that number goes off.
    pub(super) fn enter(&mut self, bound: Option<Duration>, ring: impl FnOnce(u64) -> Waker) -> usize {
        let place = match bound.zip(Handle::try_current().ok()) {
            Some((bound, runtime)) => self.bounded(bound, &runtime, ring),
            None => Place::default(),
        };
        match self.free.pop() {
            Some(at) => {
                self.places[at] = place;
                at
            }
            None => {
                self.places.push(place);
                self.places.len() - 1
            }
        }
    }

    fn bounded(&mut self, bound: Duration, here: &Handle, ring: impl FnOnce(u64) -> Waker) -> Place {
        let (slack, runtime) = (bound / SLACK, here.id());
        let Some(end) = Instant::now().checked_add(bound) else { return Place::default() };
        let near = end..=end + slack;
        // The last one first: who comes now waits until about then.
        let shared =
            self.alarms.iter().rev().find(|alarm| alarm.runtime == runtime && near.contains(&alarm.due));
        if let Some(alarm) = shared {
            return Place { alarm: Some(alarm.number), ..Place::default() };
        }
        let Some(clock) = clock::of(here) else { return Place::default() };
        let _clock = clock.enter();
        let (number, due) = (self.set, end + slack);
        self.set += 1;
        // A task that has had its share is asked to yield; here that would look as if the time were over.
        let mut timer: Timer = Box::pin(unconstrained(sleep_until(due)));
        let late = timer.as_mut().poll(&mut Context::from_waker(&ring(number))).is_ready();
        if !late {
            self.alarms.push(Alarm { number, due, runtime, timer });
        }
        Place { alarm: Some(number), late, ..Place::default() }
    }

    /// Whether the one at this place has waited for long enough; else `waker` is woken when there is something to see. With what is
    /// to be dropped without a lock: a waker may take a task along, and that one another place.
    pub(super) fn look(&mut self, at: usize, waker: &Waker) -> (bool, Option<Waker>) {
        let Some(place) = self.places.get_mut(at) else { return (false, None) };
        let same = place.waker.as_ref().is_some_and(|known| known.will_wake(waker));
        (place.late, if same { None } else { place.waker.replace(waker.clone()) })
    }

    /// Gives a place to the next one; with what is to be dropped without a lock.
    pub(super) fn leave(&mut self, at: usize) -> Option<Waker> {
        let left = std::mem::take(self.places.get_mut(at)?);
        self.free.push(at);
        left.waker
    }

    /// Those who stand here, to be woken without a lock. They stay, and look again.
    pub(super) fn all(&mut self) -> Vec<Waker> {
        self.places.iter_mut().filter_map(|place| place.waker.take()).collect()
    }

    /// Those whose alarm has gone off, and that alarm.
    pub(super) fn late(&mut self, number: u64) -> (Vec<Waker>, impl Sized + use<>) {
        let at = self.alarms.iter().position(|alarm| alarm.number == number);
        let late = self.places.iter_mut().filter(|place| place.alarm == Some(number));
        let wakers = late.filter_map(|place| {
            place.late = true;
            place.waker.take()
        });
        (wakers.collect(), at.map(|at| self.alarms.swap_remove(at).timer))
    }

    /// Wakes all, and nobody stands here any more.
    pub(super) fn dissolve(self) {
        self.places.into_iter().filter_map(|place| place.waker).for_each(wake);
    }
}

#[cfg(test)]
impl Line {
    pub(super) fn places(&self) -> usize {
        self.places.len()
    }

    pub(super) fn alarms(&self) -> usize {
        self.alarms.len()
    }
}
