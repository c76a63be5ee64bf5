//! The places of a thread for what it has found, and its own copies.

use std::any::Any;
use std::cell::RefCell;
use std::mem::{ManuallyDrop, replace, take};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};

use crate::encoding::Codec;
use crate::key::Question;
use crate::value::{Coding, Form, Kept};

/// So much a thread remembers at the most: 16 KiB, and its own copies.
const PLACES: usize = 128;

/// A value that is gone leaves the bytes of its own type behind until its place is taken: large ones are not remembered.
const LARGEST: usize = 1024;

/// After so many hits in a row a thread makes a copy of its own: that takes some microseconds, and spares some fifty nanoseconds a
/// hit where others are at the same value.
pub(crate) const OFTEN: u16 = 256;

/// A copy has no more bytes than this where it is encoded.
pub(crate) const LARGEST_COPY: usize = 1024;

/// What an answer was found under.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Standing {
    /// By the map's clock.
    pub(crate) ends: u64,
    /// Of the key, which chooses the counter.
    pub(crate) hash: u64,
    /// From before the map was looked at.
    pub(crate) departures: u32,
}

/// Two lines of the processor's cache.
#[repr(align(128))]
struct Place {
    map: u64,
    question: Question,
    standing: Standing,
    found: Found,
    /// What was asked for here last in vain.
    last: (u64, Question),
}

const _: () = assert!(size_of::<Place>() == 128, "two lines, not three");

#[derive(Default)]
enum Found {
    #[default]
    Nothing,
    /// The map's.
    Shared {
        value: Weak<dyn Any + Send + Sync>,
        /// How it comes into bytes and back, if it is to be copied.
        copying: Option<(&'static Coding, Codec)>,
        /// So many hits are left until it is copied; 0: it is not to be, or that was tried.
        left: u16,
    },
    /// A copy that no other thread has found: an `Arc<T>`, as it is returned.
    Own(Box<dyn Any>),
}

/// What there is under a question.
pub(crate) enum Seen<V> {
    Nothing,
    Own(V),
    Shared(Kept),
    /// One that is good no longer: to be forgotten.
    Old,
    /// A value that is worth a copy.
    Often(Kept),
}

/// No declaration is at address 0.
const NOBODY: Question = Question { site: 0, numbers: [0; 2] };

impl Place {
    const EMPTY: Place = Place {
        map: 0,
        question: NOBODY,
        standing: Standing { ends: 0, hash: 0, departures: 0 },
        found: Found::Nothing,
        last: (0, NOBODY),
    };

    #[inline]
    fn is_of(&self, map: u64, question: &Question) -> bool {
        self.map == map && self.question == *question
    }
}

thread_local! {
    /// What has a destructor is asked at each hit whether that has run: [`End`] has it.
    static FRONT: ManuallyDrop<RefCell<[Place; PLACES]>> =
        const { ManuallyDrop::new(RefCell::new([Place::EMPTY; PLACES])) };
    static END: End = const { End };
}

/// Empties the places when the thread ends; after that, none is taken.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        for index in 0..PLACES {
            // Its user's code, as below: not while the places are borrowed.
            drop(FRONT.with(|front| take(&mut front.borrow_mut()[index].found)));
        }
    }
}

/// Where a question has its place. Who chooses the numbers may make two of them meet, which costs a look into the map.
#[inline]
fn place(map: u64, question: &Question) -> usize {
    let [first, second] = question.numbers;
    let all = first ^ second.rotate_left(32) ^ question.site as u64 ^ map;
    // Fibonacci hashing (Knuth, "The Art of Computer Programming", 6.4): the upper bits depend on all below them.
    (all.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 57) as usize % PLACES
}

/// `map`: the map's number, as a process may have several. None of its user's code runs here, as it might ask in turn: that is
/// left to [`forget`] and [`make_own`].
///
/// A copy that the thread has is cloned here: `V` is an `Arc`, which is nobody's code.
#[inline]
pub(crate) fn get<V: Clone + 'static>(
    map: u64,
    question: &Question,
    stands: impl FnOnce(&Standing) -> bool,
) -> Seen<V> {
    // `with` would not be inlined.
    let seen = FRONT.try_with(|front| {
        let place = &mut front.borrow_mut()[place(map, question)];
        if !place.is_of(map, question) {
            return Seen::Nothing;
        }
        let stands = stands(&place.standing);
        match &mut place.found {
            Found::Nothing => Seen::Nothing,
            _ if !stands => Seen::Old,
            Found::Own(value) => value.downcast_ref().cloned().map_or(Seen::Nothing, Seen::Own),
            Found::Shared { value, left, .. } => match (value.upgrade(), *left) {
                (None, _) => Seen::Old,
                (Some(value), 0) => Seen::Shared(value),
                (Some(value), now) => {
                    *left = now - 1;
                    if now == 1 { Seen::Often(value) } else { Seen::Shared(value) }
                }
            },
        }
    });
    seen.unwrap_or(Seen::Nothing)
}

/// Remembers what the map has answered. Asked twice in a row: of many keys that are asked for once, none takes a place. `value`:
/// where it is remembered; nobody else's code.
pub(super) fn put(
    map: u64,
    question: Question,
    standing: Standing,
    copying: Option<(&'static Coding, Codec)>,
    value: impl FnOnce() -> Option<Kept>,
) {
    if END.try_with(|_| ()).is_err() {
        return;
    }
    let gone = FRONT.with(|front| {
        let place = &mut front.borrow_mut()[place(map, &question)];
        if replace(&mut place.last, (map, question)) != (map, question) {
            return (Found::Nothing, None);
        }
        // A count that others wait for, so not for what takes no place.
        let value = value();
        let Some(shared) = value.as_ref().filter(|value| size_of_val(&***value) <= LARGEST) else {
            return (Found::Nothing, value);
        };
        let left = if copying.is_some() { OFTEN } else { 0 };
        let found = Found::Shared { value: Arc::downgrade(shared), copying, left };
        (place.map, place.question, place.standing) = (map, question, standing);
        (replace(&mut place.found, found), value)
    });
    // Its user's code, like all that follows: not while the places are borrowed.
    drop(gone);
}

/// What is good no longer, a copy above all.
#[cold]
pub(super) fn forget(map: u64, question: Question) {
    drop(at(map, &question, |place| Some(take(&mut place.found))));
}

/// Lets this thread have a copy of a value, where it can be copied.
#[cold]
pub(super) fn make_own(map: u64, question: Question, form: Form, value: Kept) {
    let how = at(map, &question, |place| match place.found {
        Found::Shared { copying: Some(copying), .. } => Some((copying, place.standing)),
        _ => None,
    });
    let Some(((coding, codec), standing)) = how else { return };
    // A hit is answered, whatever becomes of the copy.
    let copy = catch_unwind(AssertUnwindSafe(|| form.copy(coding, codec, value, LARGEST_COPY)));
    let Ok(Some(copy)) = copy else { return };
    let mut own = Found::Own(copy);
    // While it was made, another may have come to stand there.
    let shared = at(map, &question, |place| {
        (place.standing == standing).then(|| replace(&mut place.found, take(&mut own)))
    });
    drop((shared, own));
}

/// What was found under a question, as long as `with` runs: not its user's code.
fn at<T>(map: u64, question: &Question, with: impl FnOnce(&mut Place) -> Option<T>) -> Option<T> {
    FRONT.with(|front| {
        let place = &mut front.borrow_mut()[place(map, question)];
        if place.is_of(map, question) { with(place) } else { None }
    })
}
