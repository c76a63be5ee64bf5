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

pub(super) fn keep(near: &Near, number: u64) {
    let ticket = near.ticket(&key(number), &[]).unwrap();
    near.keep(ticket, &key(number), Some(Arc::new(number)), MINUTE, 8, Codec::Json);
}

pub(super) fn get(near: &Near, number: u64) -> Option<Option<u64>> {
    tagged(near, number, 0)
}

/// As a declaration with so many tags gets it.
fn tagged(near: &Near, number: u64, tags: usize) -> Option<Option<u64>> {
    let mut value = None;
    let is_value = near.get(key(number).as_bytes(), tags, None, &mut |kept| value = given(kept))?;
    (!is_value || value.is_some()).then_some(value)
}

pub(super) fn given(kept: &Kept) -> Option<u64> {
    let mut place = None::<Arc<u64>>;
    let is_given = Form::give(Some(Form::of_arc::<u64>()), Coding::of::<Arc<u64>>(), kept, &mut place);
    assert_eq!(is_given, place.is_some());
    place.as_deref().copied()
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

/// Bites: with `clock::nanos()` in place of `taken` in `Near::keep`.
#[test]
fn what_took_long_to_decode_ends_no_later_for_that() {
    let (near, _watched) = near(1 << 20);
    let ticket = near.ticket(&key(1), &[]).unwrap();
    std::thread::sleep(Duration::from_millis(40));
    near.keep(ticket, &key(1), Some(Arc::new(1_u64)), Duration::from_millis(20), 8, Codec::Json);
    assert_eq!(get(&near, 1), None);
}

/// Bites: with `GOOD` in place of `UNKNOWN` in `Slot::new` (near/map.rs).
#[test]
fn what_may_be_old_is_not_seen() {
    let (near, _watched) = near(1 << 20);
    let (key, epoch) = (key(1), near.epochs.epoch_at(0).unwrap());
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
    const MILLISECOND: u64 = 1_000_000;
    let (near, watched) = near(1 << 20);
    let now = Moment::now();
    let is_alive_after = |clock: u64, day: u64| {
        let (clock, day) = (clock * MILLISECOND, day * MILLISECOND);
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
    let second = 1_000_000_000;
    let before = Moment { clock: now.clock - second, day: now.day - second };
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
