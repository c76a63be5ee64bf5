//! What a thread has found in the map and is asked for again: it finds that at once, without the key, writes nothing that others
//! read, and waits for nobody.
//!
//! What is here is good exactly as long as it stands in the map: whatever takes it out there, or puts something else in its place,
//! moves a counter of [`departures`](super::departures) before anybody is told. The clock, the signs of life, the epoch and the
//! value's own end are looked at with each hit, as they are in the map. And nothing of the map's is kept alive from here: what has
//! left it is freed, whatever threads remember.
//!
//! Of what it finds again and again a thread makes a copy of its own: threads that count up and down the one reference count of a
//! value wait for each other longer than all the rest of a hit takes.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};

use crate::encoding::Codec;
use crate::key::Question;
use crate::value::{Coding, Form, Kept};

/// So much a thread remembers at the most: some 13 KiB, and its own copies.
const PLACES: usize = 128;

/// A value that is gone leaves the bytes of its own type behind until its place is taken: large ones are not remembered.
const LARGEST: usize = 1024;

/// After so many hits in a row a thread makes a copy of its own: that takes some microseconds, and spares some fifty nanoseconds a
/// hit where others are at the same value.
pub(super) const OFTEN: u16 = 256;

/// A copy has no more bytes than this where it is encoded.
pub(super) const LARGEST_COPY: usize = 1024;

/// What an answer was found under.
#[derive(Clone, Copy, PartialEq)]
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
    value: Held,
    /// How it comes into bytes and back.
    coding: &'static Coding,
    codec: Codec,
    /// So many hits are left until it is copied; 0: that was tried.
    left: u16,
}

enum Held {
    /// The map's.
    Shared(Weak<dyn Any + Send + Sync>),
    /// A copy that no other thread has found: an `Arc<T>`, as it is returned.
    Own(Box<dyn Any>),
}

/// What there is under a question.
pub(super) enum Seen<V> {
    Nothing,
    Own(V),
    Shared(Kept),
    /// One that is good no longer: to be forgotten.
    Old,
    /// A value that is worth a copy.
    Often(Kept),
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

/// `near`: the near cache's number, as a process may have several. None of its user's code runs here, as it might ask in turn: that is
/// left to [`forget`] and [`make_own`].
///
/// A copy that the thread has is cloned here: `V` is an `Arc`, which is nobody's code.
#[inline]
pub(super) fn get<V: Clone + 'static>(
    near: u64,
    question: &Question,
    stands: impl FnOnce(&Standing) -> bool,
) -> Seen<V> {
    // A thread that is ending has none any more.
    let seen = FRONT.try_with(|front| {
        let mut places = front.borrow_mut();
        let Some(found) = &mut places[place(spread(near, question))].found else { return Seen::Nothing };
        if found.near != near || found.question != *question {
            return Seen::Nothing;
        }
        if !stands(&found.standing) {
            return Seen::Old;
        }
        let shared = match &found.value {
            Held::Own(value) => {
                return value.downcast_ref().cloned().map_or(Seen::Nothing, Seen::Own);
            }
            Held::Shared(value) => value.upgrade(),
        };
        let Some(value) = shared else { return Seen::Old };
        if found.left == 0 {
            return Seen::Shared(value);
        }
        found.left -= 1;
        if found.left == 0 { Seen::Often(value) } else { Seen::Shared(value) }
    });
    seen.unwrap_or(Seen::Nothing)
}

/// Remembers what the map has answered. Asked twice in a row: of many keys that are asked for once, none takes a place.
pub(super) fn put(
    near: u64,
    question: Question,
    standing: Standing,
    value: &Kept,
    coding: &'static Coding,
    codec: Codec,
) {
    if size_of_val(&**value) > LARGEST {
        return;
    }
    let gone = FRONT.try_with(|front| {
        let spread = spread(near, &question);
        let place = &mut front.borrow_mut()[place(spread)];
        let again = std::mem::replace(&mut place.last, spread) == spread;
        // A count that others wait for, so not for what takes no place.
        let value = || Held::Shared(Arc::downgrade(value));
        let found =
            again.then(|| Found { near, question, standing, value: value(), coding, codec, left: OFTEN });
        found.and_then(|found| place.found.replace(found))
    });
    // Its user's code, like all that follows: not while the places are borrowed.
    drop(gone);
}

/// What is good no longer, a copy above all.
#[cold]
pub(super) fn forget(near: u64, question: &Question) {
    drop(at(near, question, Option::take));
}

/// Lets this thread have a copy of a value, where it can be copied.
#[cold]
pub(super) fn make_own(near: u64, question: &Question, form: Form, value: Kept) {
    let how =
        at(near, question, |found| found.as_ref().map(|found| (found.coding, found.codec, found.standing)));
    let Some((coding, codec, standing)) = how else { return };
    // A hit is answered, whatever becomes of the copy.
    let copy = catch_unwind(AssertUnwindSafe(|| form.copy(coding, codec, value, LARGEST_COPY)));
    let Ok(Some(copy)) = copy else { return };
    let mut own = Some(Held::Own(copy));
    // While it was made, another may have come to stand there.
    let shared = at(near, question, |found| {
        let found = found.as_mut().filter(|found| found.standing == standing)?;
        Some(std::mem::replace(&mut found.value, own.take()?))
    });
    drop((shared, own));
}

/// What was found under a question, as long as `with` runs: not its user's code.
fn at<T>(near: u64, question: &Question, with: impl FnOnce(&mut Option<Found>) -> Option<T>) -> Option<T> {
    let found = FRONT.try_with(|front| {
        let found = &mut front.borrow_mut()[place(spread(near, question))].found;
        let is_asked = found.as_ref().is_some_and(|found| found.near == near && found.question == *question);
        if is_asked { with(found) } else { None }
    });
    found.ok().flatten()
}
