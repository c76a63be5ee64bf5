//! A thread's own copies of what it finds often: which values get one, and for how long it is there.

#![allow(clippy::unwrap_used, reason = "a test that fails has to fail")]

use std::fmt::Debug;
use std::sync::atomic::AtomicBool;
use std::sync::{OnceLock, Weak};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::front_tests::{asked, question};
use super::tests::{MINUTE, key, near};
use super::*;
use crate::front::{LARGEST_COPY, OFTEN};

/// A number that is written as what a test says.
macro_rules! number {
    ($name:ident, |$value:ident| $written:expr) => {
        #[derive(Clone, Debug, PartialEq)]
        struct $name(u64);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let written: fn(u64) -> Result<u64, &'static str> = |$value| $written;
                written(self.0).map_err(serde::ser::Error::custom)?.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                u64::deserialize(deserializer).map($name)
            }
        }
    };
}

trait Kind: Serialize + serde::de::DeserializeOwned + Send + Sync + 'static {}
impl<T: Serialize + serde::de::DeserializeOwned + Send + Sync + 'static> Kind for T {}

fn again<T: Kind>(near: &Near, number: u64) -> Option<Arc<T>> {
    asked(near, question(number))
}

/// Keeps a value, and looks until this thread finds it again. Gives the one that all threads share.
fn found<T: Kind>(near: &Near, number: u64, value: T, codec: Codec) -> Arc<T> {
    let shared = Arc::new(value);
    let ticket = near.ticket(&key(number), &[]).unwrap();
    near.keep(ticket, &key(number), Some(Arc::clone(&shared) as Kept), MINUTE, 8, codec);
    for _ in 0..2 {
        let again = Some((question(number), Coding::of::<Arc<T>>()));
        assert_eq!(near.get(key(number).as_bytes(), 0, again, &mut |_| {}), Some(true));
    }
    shared
}

/// The same, as often as it takes to have a copy. Gives the shared one, and what is found then.
fn found_often<T: Kind>(near: &Near, number: u64, value: T, codec: Codec) -> (Arc<T>, Arc<T>) {
    let shared = found(near, number, value, codec);
    for _ in 0..OFTEN {
        assert!(Arc::ptr_eq(&again(near, number).unwrap(), &shared), "not often enough yet");
    }
    (shared, again(near, number).unwrap())
}

/// Bites: without `places::make_own` in `Validity::again`.
#[test]
fn what_is_found_often_is_copied_once() {
    let (near, _watched) = near(1 << 20);
    let (shared, own) = found_often(&near, 1, "text".to_owned(), Codec::Json);
    assert!(!Arc::ptr_eq(&shared, &own));
    assert_eq!(shared, own);
    for _ in 0..2 * OFTEN {
        assert!(Arc::ptr_eq(&own, &again(&near, 1).unwrap()));
    }
    assert_eq!(Arc::strong_count(&own), 2, "this and the thread's");
    assert_eq!(again::<u64>(&near, 1), None, "it is of another type");
    let theirs = std::thread::scope(|scope| scope.spawn(|| again::<String>(&near, 1)).join().unwrap());
    assert_eq!(theirs, None, "another thread has to find it first");
}

/// Whoever takes it away, the copy is not seen after that, and is gone once it was asked for.
///
/// Bites: without the counter in `Validity::again` (it is seen), without `places::forget` there (it stays).
#[test]
fn a_copy_goes_with_what_it_was_made_of() {
    let (near, watched) = near(1 << 20);
    let changes: [&(dyn Fn() + Sync); 4] = [
        &|| near.forget(key(1).as_bytes()),
        &|| near.forget_all(),
        &|| drop(found(&near, 1, "new".to_owned(), Codec::Json)),
        &|| watched.is_alive(Moment::now(), Duration::ZERO),
    ];
    for change in changes {
        let (_, own) = found_often(&near, 1, "old".to_owned(), Codec::Json);
        std::thread::scope(|scope| {
            scope.spawn(change);
        });
        assert_eq!(again::<String>(&near, 1), None);
        watched.is_alive(Moment::now(), MINUTE);
        near.forget(key(1).as_bytes());
        assert_eq!(again::<String>(&near, 1), None);
        assert_eq!(Arc::strong_count(&own), 1, "nobody else has it");
    }
}

#[test]
fn a_copy_goes_when_others_are_asked_for_or_its_thread_ends() {
    let (near, _watched) = near(1 << 20);
    let (_, own) = found_often(&near, 0, "taken".to_owned(), Codec::Json);
    // Enough for each place.
    for number in 1..2000 {
        found(&near, number, number, Codec::Json);
    }
    assert_eq!(Arc::strong_count(&own), 1);
    let own = std::thread::scope(|scope| {
        let (near, value) = (&near, "ended".to_owned());
        scope.spawn(move || found_often(near, 0, value, Codec::Json).1).join().unwrap()
    });
    assert_eq!(Arc::strong_count(&own), 1);
}

/// A value that goes with its thread may ask for others, which find no place any more.
///
/// Bites: without `END.try_with` in `places::put`.
#[test]
fn a_thread_that_ends_remembers_nothing_more() {
    static NEAR: OnceLock<(Near, Watched)> = OnceLock::new();
    static ASKED: AtomicBool = AtomicBool::new(false);
    const OTHERS: std::ops::Range<u64> = 2..500;
    fn ask(number: u64) {
        let again = Some((question(number), Coding::of::<Arc<u64>>()));
        let Some((near, _)) = NEAR.get() else { return };
        near.get(key(number).as_bytes(), 0, again, &mut |_| {});
    }
    number!(Last, |value| Ok(value));
    impl Drop for Last {
        fn drop(&mut self) {
            OTHERS.for_each(|number| (0..2).for_each(|_| ask(number)));
            ASKED.store(true, Ordering::SeqCst);
        }
    }
    let (near, _) = NEAR.get_or_init(|| near(1 << 20));
    let others: Vec<_> = OTHERS
        .map(|number| {
            let (ticket, value) = (near.ticket(&key(number), &[]).unwrap(), Arc::new(number));
            near.keep(ticket, &key(number), Some(Arc::clone(&value) as Kept), MINUTE, 8, Codec::Json);
            value
        })
        .collect();
    let own = std::thread::spawn(|| {
        let (shared, own) = found_often(near, 1, Last(1), Codec::Json);
        // The map's and the shared one go here; the thread's own with the thread.
        near.forget(key(1).as_bytes());
        std::mem::forget(shared);
        Arc::downgrade(&own)
    });
    assert_eq!(own.join().unwrap().strong_count(), 0);
    assert!(ASKED.load(Ordering::SeqCst));
    assert!(others.iter().all(|value| Arc::weak_count(value) == 0), "nobody remembers them");
}

/// What can't be copied is served as before, and that is tried once.
///
/// Bites: without `found.left == 0` in `places::get` (it never ends to be tried), with `usize::MAX` for `LARGEST_COPY`, without
/// `== bytes` in `Form::copy`, without `catch_unwind` in `places::make_own`.
#[test]
fn what_can_not_be_copied_is_shared() {
    use std::sync::atomic::AtomicU16;
    static TRIED: AtomicU16 = AtomicU16::new(0);
    fn tried() {
        TRIED.fetch_add(1, Ordering::SeqCst);
    }
    number!(Refused, |_value| {
        tried();
        Err("no")
    });
    number!(Changed, |value| {
        tried();
        Ok(value + 1)
    });
    number!(Panicking, |value| {
        tried();
        std::panic::resume_unwind(Box::new(value))
    });
    fn is_shared<T: Kind + Debug>(near: &Near, value: T) -> u16 {
        TRIED.store(0, Ordering::SeqCst);
        let (shared, last) = found_often(near, 1, value, Codec::Json);
        for _ in 0..3 * OFTEN {
            assert!(Arc::ptr_eq(&again(near, 1).unwrap(), &shared));
        }
        assert!(Arc::ptr_eq(&last, &shared), "{last:?}");
        TRIED.load(Ordering::SeqCst)
    }
    let (near, _watched) = near(1 << 20);
    assert_eq!(is_shared(&near, Refused(1)), 1);
    assert_eq!(is_shared(&near, Changed(1)), 2, "there, and to see whether it is the same");
    assert_eq!(is_shared(&near, Panicking(1)), 1);
    is_shared(&near, "x".repeat(LARGEST_COPY));
}

/// Bites: without `place.standing == standing` in `places::make_own`.
#[test]
fn a_copy_does_not_stand_for_what_came_while_it_was_made() {
    static NEAR: OnceLock<(Near, Watched)> = OnceLock::new();
    static REPLACED: AtomicBool = AtomicBool::new(false);
    number!(Replaced, |value| {
        if let Some((near, _)) = NEAR.get().filter(|_| !REPLACED.swap(true, Ordering::SeqCst)) {
            near.forget(key(1).as_bytes());
            found(near, 1, Replaced(2), Codec::Json);
        }
        Ok(value)
    });
    let (near, _) = NEAR.get_or_init(|| near(1 << 20));
    let (_, then) = found_often(near, 1, Replaced(1), Codec::Json);
    assert!(REPLACED.load(Ordering::SeqCst), "while it was copied");
    assert_eq!(*then, Replaced(2));
}

/// What is no text in JSON comes back as `None` from there.
///
/// Bites: with `Codec::Json` in place of `codec` in `places::make_own`.
#[cfg(all(feature = "msgpack", feature = "postcard"))]
#[test]
fn a_copy_is_made_by_the_codec_of_its_record() {
    let (near, _watched) = near(1 << 20);
    for codec in [Codec::MsgPack, Codec::Postcard] {
        let (shared, own) = found_often(&near, 1, Some(f64::NAN), codec);
        assert!(!Arc::ptr_eq(&shared, &own));
        assert!(own.is_some_and(f64::is_nan), "{codec:?}: {own:?}");
    }
}

/// A value's own code may ask for values, too: it runs while nothing is borrowed.
///
/// Bites: with `form.copy` or `drop` inside of `at` in `places::make_own` or `places::forget`, with `drop(gone)` inside of
/// `FRONT.with` in `places::put`.
#[test]
fn a_value_may_ask_for_others_when_it_is_copied_and_when_it_goes() {
    static NEAR: OnceLock<(Near, Watched)> = OnceLock::new();
    fn ask() {
        if let Some((near, _)) = NEAR.get() {
            again::<u64>(near, 2);
        }
    }
    number!(Asking, |value| {
        ask();
        Ok(value)
    });
    impl Drop for Asking {
        fn drop(&mut self) {
            ask();
        }
    }
    let (near, _) = NEAR.get_or_init(|| near(1 << 20));
    let _other = found(near, 2, 2_u64, Codec::Json);
    let gone = |own: Weak<Asking>| assert_eq!(own.strong_count(), 0);
    let copied = || {
        let (shared, own) = found_often(near, 1, Asking(1), Codec::Json);
        assert!(!Arc::ptr_eq(&shared, &own), "it was copied");
        Arc::downgrade(&own)
    };
    let own = copied();
    near.forget(key(1).as_bytes());
    assert_eq!(again::<Asking>(near, 1), None);
    gone(own);
    let own = copied();
    let _next = found(near, 1, Asking(2), Codec::Json);
    gone(own);
}
