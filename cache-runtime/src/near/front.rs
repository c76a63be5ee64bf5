//! What a thread has found in the map and is asked for again: it finds that at once, without the key, writes nothing that others
//! read, and waits for nobody.
//!
//! What is here is good exactly as long as it stands in the map: whatever takes it out there, or puts something else in its place,
//! moves a counter of [`departures`](super::departures) before anybody is told. The clock, the signs of life, the epoch and the
//! value's own end are looked at with each hit, as they are in the map. And nothing is kept alive from here: what has left the map
//! is freed, whatever threads remember.

use std::any::Any;
use std::cell::RefCell;
use std::sync::{Arc, Weak};

use crate::key::Question;
use crate::value::Kept;

/// So much a thread remembers at the most: some 10 KiB.
const PLACES: usize = 128;

/// A value that is gone leaves the bytes of its own type behind until its place is taken: large ones are not remembered.
const LARGEST: usize = 1024;

/// What an answer was found under.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    /// By the clock, in milliseconds.
    pub(super) ends: u64,
    pub(super) epoch: u32,
    /// Of the key, which chooses the counter.
    pub(super) hash: u64,
    /// From before the map was looked at.
    pub(super) departures: u32,
}

struct Found {
    near: u64,
    question: Question,
    standing: Standing,
    value: Weak<dyn Any + Send + Sync>,
}

struct Place {
    found: Option<Found>,
    /// Who has come here last in vain.
    last: u64,
}

thread_local! {
    static FRONT: RefCell<[Place; PLACES]> =
        const { RefCell::new([const { Place { found: None, last: 0 } }; PLACES]) };
}

/// Spreads questions over the places. Who chooses the numbers may make two of them meet, which costs a look into the map.
#[inline]
fn spread(near: u64, question: &Question) -> u64 {
    let [first, second] = question.numbers;
    let all = first ^ second.rotate_left(32) ^ (question.site as u64).rotate_left(16) ^ near.rotate_left(48);
    // Fibonacci hashing (Knuth, "The Art of Computer Programming", 6.4): the upper bits depend on all below them.
    all.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[inline]
fn place(spread: u64) -> usize {
    (spread >> 57) as usize % PLACES
}

/// `near`: the near cache's number, as a process may have several.
#[inline]
pub(super) fn get(near: u64, question: &Question, stands: impl FnOnce(&Standing) -> bool) -> Option<Kept> {
    // A thread that is ending has none any more.
    let found = FRONT.try_with(|front| {
        let places = front.borrow();
        let found = places[place(spread(near, question))].found.as_ref()?;
        let is_asked = found.near == near && found.question == *question;
        if is_asked && stands(&found.standing) { found.value.upgrade() } else { None }
    });
    found.ok().flatten()
}

/// Remembers what the map has answered. Asked twice in a row: of many keys that are asked for once, none takes a place.
pub(super) fn put(near: u64, question: Question, standing: Standing, value: &Kept) {
    if size_of_val(&**value) > LARGEST {
        return;
    }
    _ = FRONT.try_with(|front| {
        let spread = spread(near, &question);
        let place = &mut front.borrow_mut()[place(spread)];
        if place.last == spread {
            place.found = Some(Found { near, question, standing, value: Arc::downgrade(value) });
        }
        place.last = spread;
    });
}
