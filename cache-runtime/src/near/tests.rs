//! The races that a push, a loss and a reply run with each other, one order after the other.

#![allow(clippy::unwrap_used, reason = "a test that fails has to fail")]

use super::*;

pub(super) const MINUTE: Duration = Duration::from_secs(60);

pub(super) fn near(bytes: u64) -> (Near, Watched) {
    let near = Near::new(bytes);
    let watched = near.watch();
    watched.is_alive(Moment::now(), MINUTE);
    (near, watched)
}

pub(super) fn key(number: u64) -> Key {
    Key::build("near", ("key", number))
}

fn keep(near: &Near, number: u64) {
    let ticket = near.ticket(&key(number), &[]).unwrap();
    near.keep(ticket, &key(number), Some(Arc::new(number)), MINUTE, 8, Codec::Json);
}

fn get(near: &Near, number: u64) -> Option<Option<u64>> {
    tagged(near, number, 0)
}

/// As a declaration with so many tags gets it.
fn tagged(near: &Near, number: u64, tags: usize) -> Option<Option<u64>> {
    let mut value = None;
    let is_value = near.get(key(number).as_bytes(), tags, None, &mut |kept| value = given(kept))?;
    (!is_value || value.is_some()).then_some(value)
}

fn given(kept: &Kept) -> Option<u64> {
    let mut place = None::<Arc<u64>>;
    let is_given = Form::give(Some(Form::of_arc::<u64>()), Coding::of::<Arc<u64>>(), kept, &mut place);
    assert_eq!(is_given, place.is_some());
    place.as_deref().copied()
}

/// How generated code asks for the entry whose template that number fills.
pub(super) fn question(number: u64) -> Question {
    Question { site: 1, numbers: [number, 0] }
}

/// What this thread has found before.
fn again(near: &Near, number: u64) -> Option<u64> {
    near.again::<Arc<u64>>(question(number), Form::of_arc::<u64>()).map(|value| *value)
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

#[test]
fn what_was_read_is_there_until_it_is_forgotten() {
    let (near, _watched) = near(1 << 20);
    keep(&near, 1);
    keep(&near, 2);
    assert_eq!((get(&near, 1), get(&near, 2)), (Some(Some(1)), Some(Some(2))));
    near.forget(key(1).as_bytes());
    assert_eq!((get(&near, 1), get(&near, 2)), (None, Some(Some(2))));
}

/// Bites: without `generations.is` in `Near::keep` the old value is kept.
#[test]
fn a_push_between_the_read_and_the_insertion_is_noticed() {
    let (near, _watched) = near(1 << 20);
    let ticket = near.ticket(&key(1), &[]).unwrap();
    near.forget(key(1).as_bytes());
    near.keep(ticket, &key(1), Some(Arc::new(1_u64)), MINUTE, 8, Codec::Json);
    assert_eq!(get(&near, 1), None);
    assert_eq!(near.size(), (0, 0));
}

/// Bites: with `GOOD` in place of `UNKNOWN` in `Slot::new` (near/map.rs).
#[test]
fn what_may_be_old_is_not_seen() {
    let (near, _watched) = near(1 << 20);
    let (key, epoch) = (key(1), near.trust.epoch_at(0).unwrap());
    let slot = Slot::new(key.as_bytes(), Arc::new(1_u64), u64::MAX, epoch, 8, Codec::Json, Box::default());
    near.map.insert(near.map.hash(key.as_bytes()), slot, || {
        assert_eq!(get(&near, 1), None, "it is not known yet");
        true
    });
    assert_eq!(get(&near, 1), Some(Some(1)));
}

/// Bites: without the sweeps in `Near::keep`.
#[test]
fn a_pattern_between_the_read_and_the_insertion_is_noticed() {
    let (near, _watched) = near(1 << 20);
    keep(&near, 2);
    let ticket = near.ticket(&key(1), &[]).unwrap();
    near.forget_matching(&Key::pattern("near", ("key", crate::key::Any)));
    near.keep(ticket, &key(1), Some(Arc::new(1_u64)), MINUTE, 8, Codec::Json);
    assert_eq!((get(&near, 1), get(&near, 2)), (None, None));
    keep(&near, 1);
    near.forget_namespace("nea");
    assert_eq!(get(&near, 1), Some(Some(1)));
    near.forget_namespace("near");
    assert_eq!(get(&near, 1), None);
}

/// Bites: without the epoch in `Near::get`.
#[test]
fn a_loss_takes_everything_and_what_was_being_read() {
    let (near, watched) = near(1 << 20);
    keep(&near, 1);
    let ticket = near.ticket(&key(2), &[]).unwrap();
    watched.is_lost();
    assert!(near.ticket(&key(3), &[]).is_none(), "nobody tells of changes");
    let again = near.watch();
    again.is_alive(Moment::now(), MINUTE);
    near.keep(ticket, &key(2), Some(Arc::new(2_u64)), MINUTE, 8, Codec::Json);
    assert_eq!((get(&near, 1), get(&near, 2)), (None, None));
    keep(&near, 1);
    assert_eq!(get(&near, 1), Some(Some(1)));
}

/// Somebody may hold a connection that is out of use, and an answer may be on its way there still.
///
/// Bites: without `over` in `Trust::is_alive`.
#[test]
fn what_is_lost_does_not_come_back() {
    let (near, watched) = near(1 << 20);
    watched.is_lost();
    watched.is_alive(Moment::now(), MINUTE);
    assert!(near.ticket(&key(1), &[]).is_none());
    let again = near.watch();
    again.is_alive(Moment::now(), MINUTE);
    keep(&near, 1);
    watched.is_alive(Moment::now(), Duration::ZERO);
    drop(watched);
    assert_eq!(get(&near, 1), Some(Some(1)), "nor does it end what comes after it");
}

/// Bites: without `has_slept` in `Trust::is_alive`.
#[test]
fn what_was_kept_before_the_machine_slept_is_gone() {
    const HOUR: u64 = 60 * 60 * 1000;
    let (near, watched) = near(1 << 20);
    let now = Moment::now();
    let is_alive_after = |clock: u64, day: u64| {
        watched.is_alive(Moment { clock: now.clock + clock, day: now.day + day }, MINUTE);
    };
    keep(&near, 1);
    is_alive_after(250, 250);
    is_alive_after(500, 500 + 900);
    assert_eq!(get(&near, 1), Some(Some(1)), "somebody has set the time of day a little");
    is_alive_after(750, 750 + HOUR);
    assert_eq!(get(&near, 1), None, "the clock has stood still for an hour");
    keep(&near, 1);
    is_alive_after(1000, 1000 + HOUR);
    assert_eq!(get(&near, 1), Some(Some(1)));
    is_alive_after(1250, 1250);
    assert_eq!(get(&near, 1), None, "who knows what happened");
}

/// Bites: without the smallest of the ends in `Trust::publish`.
#[test]
fn all_connections_have_to_be_alive() {
    let (near, first) = near(1 << 20);
    let second = near.watch();
    second.is_alive(Moment::now(), MINUTE);
    keep(&near, 1);
    first.is_alive(Moment::now(), Duration::ZERO);
    assert_eq!(get(&near, 1), None);
    assert!(near.ticket(&key(2), &[]).is_none());
    first.is_alive(Moment::now(), MINUTE);
    assert_eq!(get(&near, 1), Some(Some(1)), "it was only late");
    drop(second);
    assert_eq!(get(&near, 1), None);
    keep(&near, 1);
    assert_eq!(get(&near, 1), Some(Some(1)), "the first is enough again");
}

/// The answer to a sign of life may have come long ago, where the process was stopped before it looked at that.
///
/// Bites: with `Moment::now()` in place of `since` in `Trust::is_alive`.
#[test]
fn a_sign_of_life_counts_from_when_it_was_asked_for() {
    let (near, watched) = near(1 << 20);
    keep(&near, 1);
    let now = Moment::now();
    let before = Moment { clock: now.clock - 1000, day: now.day - 1000 };
    watched.is_alive(before, Duration::from_millis(600));
    assert_eq!(get(&near, 1), None);
}

/// Of a cluster's nodes one may refuse: what is read there can't be told from the rest at a hit.
///
/// Bites: without `connections.alive.push` in `Trust::is_deaf`.
#[test]
fn a_connection_that_tells_nothing_switches_everything_off() {
    let (near, _first) = near(1 << 20);
    keep(&near, 1);
    let deaf = near.watch();
    deaf.is_deaf();
    deaf.is_alive(Moment::now(), MINUTE);
    assert_eq!(get(&near, 1), None);
    assert!(near.ticket(&key(2), &[]).is_none());
    drop(deaf);
    keep(&near, 1);
    assert_eq!(get(&near, 1), Some(Some(1)));
}

#[test]
fn a_value_ends_by_its_own_time() {
    let (near, _watched) = near(1 << 20);
    let ticket = near.ticket(&key(1), &[]).unwrap();
    near.keep(ticket, &key(1), Some(Arc::new(1_u64)), Duration::ZERO, 8, Codec::Json);
    assert_eq!(get(&near, 1), None);
}

/// Bites: without the tags' generations in `Near::get`.
#[test]
fn a_tag_takes_its_entries_and_those_that_are_being_read() {
    let (near, _watched) = near(1 << 20);
    let tags = [Key::tag("near", ("user", 7))];
    let ticket = |number| near.ticket(&key(number), &tags).unwrap();
    near.keep(ticket(1), &key(1), Some(Arc::new(1_u64)), MINUTE, 8, Codec::Json);
    assert_eq!(tagged(&near, 1, 1), Some(Some(1)));
    let late = ticket(2);
    keep(&near, 3);
    near.forget(tags[0].as_bytes());
    near.keep(late, &key(2), Some(Arc::new(2_u64)), MINUTE, 8, Codec::Json);
    let tagged = |number| tagged(&near, number, 1);
    assert_eq!([1, 2].map(tagged), [None, None]);
    assert_eq!(get(&near, 3), Some(Some(3)));
    near.keep(ticket(4), &key(4), Some(Arc::new(4_u64)), MINUTE, 8, Codec::Json);
    assert_eq!(
        (tagged(4), tagged(3)),
        (Some(Some(4)), None),
        "what has no tag is nothing to who declares one"
    );
    assert_eq!(get(&near, 4), None);
}

#[test]
fn none_is_an_answer_and_another_type_is_none() {
    let (near, _watched) = near(1 << 20);
    let ticket = near.ticket(&key(1), &[]).unwrap();
    near.keep(ticket, &key(1), None, MINUTE, 0, Codec::Json);
    assert_eq!(get(&near, 1), Some(None));
    keep(&near, 2);
    let mut text = None::<String>;
    let mut is_given = true;
    let is_value = near.get(key(2).as_bytes(), 0, None, &mut |kept| {
        is_given = Form::give(None, Coding::of::<String>(), kept, &mut text);
    });
    assert_eq!((is_value, is_given, text), (Some(true), false, None));
}

#[test]
fn it_stays_within_its_bytes_and_keeps_what_is_read() {
    let most = 1 << 20;
    let (near, _watched) = near(most);
    keep(&near, 0);
    for number in 1..50_000 {
        keep(&near, number);
        assert_eq!(get(&near, 0), Some(Some(0)), "after {number}");
        assert!(near.size().1 <= most);
    }
    let (entries, bytes) = near.size();
    assert!(bytes > most * 9 / 10, "{bytes} bytes of {most} in {entries} entries");
    near.forget_all();
    assert_eq!(near.size(), (0, 0));
}

#[test]
fn what_is_too_large_is_not_kept() {
    let (near, _watched) = near(1 << 20);
    let ticket = near.ticket(&key(1), &[]).unwrap();
    near.keep(ticket, &key(1), Some(Arc::new(1_u64)), MINUTE, 1 << 19, Codec::Json);
    assert_eq!((get(&near, 1), near.size()), (None, (0, 0)));
}

/// Bites: without `flush()` in `Map::gone` (near/map.rs).
#[test]
fn the_memory_of_a_large_value_is_given_back_with_it() {
    let (near, _watched) = near(1 << 22);
    let keep = |number| {
        let (ticket, value) = (near.ticket(&key(number), &[]).unwrap(), Arc::new(vec![0_u8; 100_000]));
        let held = Arc::downgrade(&value);
        near.keep(ticket, &key(number), Some(value), MINUTE, 100_000, Codec::Json);
        assert!(held.strong_count() > 0);
        held
    };
    let forgotten = keep(1);
    near.forget(key(1).as_bytes());
    assert_eq!(forgotten.strong_count(), 0, "forgotten");
    let displaced: Vec<_> = (0..100).map(keep).collect();
    let there = displaced.iter().filter(|value| value.strong_count() > 0).count();
    assert_eq!(there as u64, near.size().0, "those that made room");
    let replaced = keep(99);
    keep(99);
    assert_eq!(replaced.strong_count(), 0, "replaced");
    let swept = keep(99);
    near.forget_namespace("near");
    assert_eq!(swept.strong_count(), 0, "swept");
}

/// What comes and goes without ever being displaced leaves no trail in the order.
#[test]
fn what_is_forgotten_and_kept_again_takes_no_more_room() {
    let (near, _watched) = near(1 << 20);
    for number in 0..100_000 {
        keep(&near, number % 10);
        near.forget(key(number % 10).as_bytes());
    }
    assert_eq!(near.size(), (0, 0));
    assert!(near.map.trail() <= 4 * 1024, "{}", near.map.trail());
}

/// Whatever takes it out of the map, and whoever does.
///
/// Bites: without `departures.bump` in `Map::remove` or in `Map::insert`, without `departures.bump_all` in `Map::retain`
/// (near/map.rs), without the epoch, the end or the counter in `Near::again`.
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
            // Once others are alive again, only the epoch tells.
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

/// Bites: without `now < found.ends` in `Near::again`, where it is found until nothing is believed any more.
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

/// Bites: with an `Arc` in place of the `Weak` in `Found` (near/front.rs).
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

/// Bites: without `found.near == near`, or without `found.question` in `get` (near/front.rs).
#[test]
fn another_cache_and_another_declaration_have_their_own() {
    let ((one, _of_one), (other, _of_other)) = (near(1 << 20), near(1 << 20));
    keep(&one, 1);
    remember(&one, 1);
    let ask = |near: &Near, site, numbers| {
        near.again::<Arc<u64>>(Question { site, numbers }, Form::of_arc::<u64>()).map(|value| *value)
    };
    assert_eq!(ask(&one, 1, [1, 0]), Some(1));
    assert_eq!([ask(&other, 1, [1, 0]), ask(&one, 2, [1, 0]), ask(&one, 1, [1, 1])], [None; 3]);
    // Those that meet at its place are among these.
    assert!((0..1000).all(|number| number == 1 || ask(&one, 1, [number, 0]).is_none()));
    assert!((0..1000).all(|site| site == 1 || ask(&one, site, [1, 0]).is_none()));
    let is_seen = |near| !matches!(front::get(near, &question(1), |_| true), Seen::Nothing);
    assert!(is_seen(one.number));
    assert!((0..10_000).all(|near| near == one.number || !is_seen(near)));
    assert_eq!(one.again::<Arc<String>>(question(1), Form::of_arc::<String>()), None, "nor another type");
}

/// What is found without the map counts as read there too.
///
/// Bites: without `departures.bump` in `Map::make_room` (near/map.rs).
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
///
/// Bites: without `generations.is` in `Near::keep`, without `generations.bump` or `map.remove` in `Near::forget`, without
/// `departures.bump` in `Map::remove` (near/map.rs).
#[test]
fn what_was_changed_is_never_seen_again() {
    use std::sync::atomic::{AtomicBool, AtomicU64};
    let (near, _watched) = near(1 << 20);
    let (source, told, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    let least = told.load(Ordering::SeqCst);
                    if let Some(value) = again(&near, 1).or_else(|| look(&near, 1)) {
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
        for version in 1..20_000 {
            source.store(version, Ordering::SeqCst);
            near.forget(key(1).as_bytes());
            told.store(version, Ordering::SeqCst);
        }
        done.store(true, Ordering::SeqCst);
    });
}
