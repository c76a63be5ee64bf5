//! What a thread finds again without the map: which of it, for how long, and that nothing of it outlives a change.

#![allow(clippy::unwrap_used, reason = "a test that fails has to fail")]

use serde::de::DeserializeOwned;

use super::tests::{MINUTE, get, given, keep, key, near};
use super::*;
use crate::front::{Seen, get as remembered};

/// How generated code asks for the entry whose template that number fills.
pub(super) fn question(number: u64) -> Question {
    Question { site: 1, numbers: [number, 0] }
}

/// What this thread has found before, as generated code asks for it.
pub(super) fn asked<T: DeserializeOwned + Send + Sync + 'static>(
    near: &Near,
    question: Question,
) -> Option<Arc<T>> {
    near.again(question, Form::of_arc::<T>())
}

fn again(near: &Near, number: u64) -> Option<u64> {
    asked(near, question(number)).map(|value| *value)
}

/// What the map answers, to be found again when it is asked a second time.
fn look(near: &Near, number: u64) -> Option<u64> {
    let (mut value, again) = (None, Some((question(number), Coding::of::<Arc<u64>>())));
    near.get(key(number).as_bytes(), 0, again, &mut |kept| value = given(kept))?;
    value
}

/// Looks until this thread finds it again.
fn remember(near: &Near, number: u64) {
    let seen = [again(near, number), look(near, number), again(near, number), look(near, number)];
    assert_eq!(seen, [None, Some(number), None, Some(number)], "of many, those that are asked for twice");
    assert_eq!(again(near, number), Some(number));
}

/// Whatever takes it out of the map, and whoever does.
///
/// Bites: without `departed` in `Map::remove` or in `Map::insert`, without `all_departed` in `Map::retain` (near/map.rs) or in
/// `Epochs::begin_epoch`, without the end or the counter in `Validity::again`.
#[test]
fn what_left_the_map_is_not_found_again() {
    type Change<'a> = (&'a str, &'a (dyn Fn(&Near, &Watched) + Sync));
    let changes: [Change<'_>; 8] = [
        ("forgotten", &|near, _| near.forget(key(1).as_bytes())),
        ("by a pattern", &|near, _| near.forget_matching(&Key::pattern("near", ("key", crate::key::Any)))),
        ("by its namespace", &|near, _| near.forget_namespace("near")),
        ("all at once", &|near, _| near.forget_all()),
        ("replaced", &|near, _| {
            let ticket = near.ticket(&key(1), &[]).unwrap();
            near.keep(ticket, &key(1), Some(Arc::new(2_u64)), MINUTE, 8, Codec::Json);
        }),
        ("displaced", &|near, _| (10..20_000).for_each(|number| keep(near, number))),
        ("lost", &|near, watched| {
            watched.is_lost();
            // Once others are alive again, only the end of the epoch tells.
            let again = near.watch();
            again.is_alive(Moment::now(), MINUTE);
            std::mem::forget(again);
        }),
        ("without a sign of life", &|_, watched| watched.is_alive(Moment::now(), Duration::ZERO)),
    ];
    for (what, change) in changes {
        let (near, watched) = near(1 << 20);
        keep(&near, 1);
        remember(&near, 1);
        // On another thread: this one is told by its end.
        std::thread::scope(|scope| {
            scope.spawn(|| change(&near, &watched));
        });
        assert_eq!(again(&near, 1), None, "{what}");
        assert_ne!(look(&near, 1), Some(1), "{what}");
    }
}

/// Bites: without `now < found.ends` in `Validity::again`, where it is found until nothing is believed any more.
#[test]
fn what_is_found_again_ends_by_its_own_time() {
    let (near, _watched) = near(1 << 20);
    let ticket = |number| near.ticket(&key(number), &[]).unwrap();
    near.keep(ticket(1), &key(1), Some(Arc::new(1_u64)), Duration::from_millis(500), 8, Codec::Json);
    near.keep(ticket(2), &key(2), Some(Arc::new(2_u64)), 60 * MINUTE, 8, Codec::Json);
    remember(&near, 1);
    while again(&near, 1).is_some() {}
    assert_eq!((look(&near, 1), get(&near, 2)), (None, Some(Some(2))), "all else is good still");
}

/// Bites: with an `Arc` in place of the `Weak` in `Found::Shared` (front/places.rs).
#[test]
fn nothing_is_kept_alive_by_who_has_found_it() {
    let (near, _watched) = near(1 << 22);
    let (ticket, value) = (near.ticket(&key(1), &[]).unwrap(), Arc::new(1_u64));
    let held = Arc::downgrade(&value);
    near.keep(ticket, &key(1), Some(value), MINUTE, 100_000, Codec::Json);
    remember(&near, 1);
    near.forget(key(1).as_bytes());
    assert_eq!(held.strong_count(), 0);
}

/// Bites: without `map`, or without `question` in `Place::is_of` (front/places.rs).
#[test]
fn another_cache_and_another_declaration_have_their_own() {
    let ((one, _of_one), (other, _of_other)) = (near(1 << 20), near(1 << 20));
    keep(&one, 1);
    remember(&one, 1);
    let ask =
        |near: &Near, site, numbers| asked(near, Question { site, numbers }).map(|value: Arc<u64>| *value);
    assert_eq!(ask(&one, 1, [1, 0]), Some(1));
    assert_eq!([ask(&other, 1, [1, 0]), ask(&one, 2, [1, 0]), ask(&one, 1, [1, 1])], [None; 3]);
    // Those that meet at its place are among these.
    assert!((0..1000).all(|number| number == 1 || ask(&one, 1, [number, 0]).is_none()));
    assert!((0..1000).all(|site| site == 1 || ask(&one, site, [1, 0]).is_none()));
    let is_seen = |map| !matches!(remembered::<Arc<u64>>(map, &question(1), |_| true), Seen::Nothing);
    let number = one.epochs.validity.number();
    assert!(is_seen(number));
    assert!((0..10_000).all(|map| map == number || !is_seen(map)));
    assert_eq!(asked::<String>(&one, question(1)), None, "nor another type");
}

/// What is found without the map counts as read there too.
///
/// Bites: without `departed` in `Map::make_room` (near/map.rs).
#[test]
fn what_is_found_again_is_not_what_makes_room() {
    let (near, _watched) = near(1 << 20);
    keep(&near, 0);
    remember(&near, 0);
    // Few have room, so that few counters move while the hand goes round.
    for number in 1..2000 {
        let ticket = near.ticket(&key(number), &[]).unwrap();
        near.keep(ticket, &key(number), Some(Arc::new(number)), MINUTE, 40_000, Codec::Json);
        assert_eq!(again(&near, 0).or_else(|| look(&near, 0)), Some(0), "after {number}");
    }
}

/// Readers and whoever changes what they read, on threads of their own: once the change is told, the old value is never seen.
fn is_never_seen_after(near: &Near, versions: u64, mut change: impl FnMut()) {
    use std::sync::atomic::{AtomicBool, AtomicU64};
    let (source, told, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    let least = told.load(Ordering::SeqCst);
                    if let Some(value) = again(near, 1).or_else(|| look(near, 1)) {
                        assert!(value >= least, "{value} after {least} was told");
                        continue;
                    }
                    let Some(ticket) = near.ticket(&key(1), &[]) else { continue };
                    let value = source.load(Ordering::SeqCst);
                    // An answer is on its way for longer than a change takes.
                    std::thread::yield_now();
                    near.keep(ticket, &key(1), Some(Arc::new(value)), MINUTE, 8, Codec::Json);
                }
            });
        }
        for version in 1..versions {
            source.store(version, Ordering::SeqCst);
            change();
            told.store(version, Ordering::SeqCst);
        }
        done.store(true, Ordering::SeqCst);
    });
}

/// Bites: without `generations.is` in `Near::keep`, without `generations.bump` or `map.remove` in `Near::forget`, without
/// `departed` in `Map::remove` (near/map.rs).
#[test]
fn what_was_changed_is_never_seen_again() {
    let (near, _watched) = near(1 << 20);
    is_never_seen_after(&near, 20_000, || near.forget(key(1).as_bytes()));
}

/// Bites: without `all_departed` in `Epochs::begin_epoch`.
#[test]
fn what_was_kept_before_a_loss_is_never_seen_again() {
    let (near, mut watched) = near(1 << 20);
    is_never_seen_after(&near, 20_000, || {
        let other = near.watch();
        other.is_alive(Moment::now(), MINUTE);
        drop(std::mem::replace(&mut watched, other));
    });
}
