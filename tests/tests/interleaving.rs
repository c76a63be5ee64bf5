//! P1 to P4 under every order of steps that a seed can make.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that fails has to fail"
)]

use std::sync::Arc;
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_tests::RedisServer;
use cache_tests::interleaving::naive::{Naive, Way};
use cache_tests::interleaving::naive_tags::{self, NaiveTags};
use cache_tests::interleaving::{
    At, KEYS, Mix, OnRedis, Protocol, Rest, Runtime, Source, World, at_random, check, new_seed, schedules,
    share,
};

// Bites: fails without `began >= arrived ||` in Waiter::join (load/flight.rs).
// Bites: fails without `seen == state.seen.as_ref()` in Waiter::join (load/flight.rs).
// Bites: fails without `.filter(|slot| slot.is(under))` in fill (store/memory/slot.rs), and `if not found` in fill.lua.
// Bites: fails without `leader.turn(…)` in lead (load/lead.rs).
// Bites: fails without `(flights.give_back)(…)` in close (load/flight.rs).
// Bites: fails without `if !mark.contended` in end_write (store/memory/slot.rs), and the comparison with 0 in end_write.lua.
// Bites: fails without `None => (Change::Remove, …)` in end_write (store/memory/slot.rs), and the last `UNLINK` of end_write.lua.
// Bites: fails without `self.events += 1` in Mark::contend (store/memory/slot.rs), and `events + 1` in mark.lua.
// Bites: fails without `declared.iter().all(…)` in Standing::hold (tags.rs).
// Bites: fails without `nonce == Some(tag.nonce)` in Standing::hold (tags.rs), where a missing nonce differs.
// Bites: fails without `if !may_share` in Waiter::join (load/flight.rs), sharing with nobody.
// Bites: fails without `tags::open(miss)` in lead (load/lead.rs), asking behind the load instead.
// Bites: fails without `in_background(…)` in Mark::drop (write.rs).
// Bites: fails without `pending.invalidate(…)` in invalidate_key (invalidate/now.rs) and Invalidations::or_defer (invalidate/mod.rs).
// Bites: fails without `pending.hold(…)` in write (write.rs).
// Bites: fails without `self.forget_values()` in Pending::send (transaction/pending.rs).
// Bites: fails without `send_in_background(…)` in AfterCommit::drop (transaction/mod.rs).
// Bites: fails without `load_inside(…)` in load_missing (load/mod.rs).
#[test]
fn no_schedule_breaks_a_promise() {
    check(schedules(), Runtime::in_memory);
}

/// A checker that lets these pass would let the runtime pass too.
#[test]
fn the_naive_protocols_break_them() {
    for way in [
        Way::BlindSet,
        Way::SetNx,
        Way::DoubleDelete,
        Way::DeleteFirst,
        Way::TokenPerClient,
        Way::LeavesAnothersRecord,
        Way::TellsBeforeTheCommit,
    ] {
        let share = share(0, schedules(), Mix::NothingFails, u64::MAX, |_| Naive::new(way));
        println!("{:<22} {share}", format!("{way:?}"));
        assert!(share.count() > 0, "{way:?} loses no race");
    }
}

#[test]
fn the_naive_tags_break_them() {
    for way in [naive_tags::Way::NonceAtFill, naive_tags::Way::MissingIsValid] {
        let share = share(0, schedules(), Mix::NothingFails, u64::MAX, |_| NaiveTags::new(way));
        println!("{:<22} {share}", format!("{way:?}"));
        assert!(share.count() > 0, "{way:?} loses no race");
    }
}

/// The steps that the runtime takes, on a server of a hundred lines: what fails above fails for its protocol, not for the checker.
#[test]
fn the_right_protocol_on_the_small_server_does_not() {
    let share = share(0, schedules(), Mix::NothingFails, 1, |_| Naive::new(Way::Right));
    assert_eq!(share.count(), 0, "{share}");
    let share = self::share(0, schedules(), Mix::NothingFails, 1, |_| NaiveTags::new(naive_tags::Way::Right));
    assert_eq!(share.count(), 0, "{share}");
}

/// The same actors, where commands and answers are really on their way. A lease or a mark that is left over stands longer than
/// anybody waits here.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_breaks_one_on_redis_either() {
    let server = Arc::new(RedisServer::start());
    let minutes = Duration::from_secs(300);
    let patient = || {
        Cache::builder().url(server.url()).deadline(minutes).wait(minutes).lease(minutes).write_mark(minutes)
    };
    let (one, other) = (patient().build().await.unwrap(), patient().build().await.unwrap());
    let source = Arc::new(Source::default());
    let world = World::new(OnRedis::new(&server, [one, other], &source), Arc::clone(&source));
    let seed = new_seed();
    for round in seed..seed + 400 {
        let fight = tokio::time::timeout(Duration::from_secs(60), at_random(&world, round)).await;
        assert!(fight.is_ok(), "CACHE_TEST_SEED={round}: somebody hangs");
        assert_eq!(world.violation(), None, "CACHE_TEST_SEED={round}, which this time may end otherwise");
        let rest = tokio::time::timeout(Duration::from_secs(20), at_rest(&world)).await;
        assert!(rest.is_ok(), "CACHE_TEST_SEED={round}: an old value, a lease or a mark at rest");
    }
}

/// Those who went away end in the background, so it may take a while.
async fn at_rest(world: &World<OnRedis>) {
    for key in 0..KEYS {
        loop {
            let now = world.source.value(key);
            let right = world.protocol.get(At { process: 0, key }).await.is_none_or(|value| value == now);
            if right && world.protocol.at_rest(key) == Rest::Nothing {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}
