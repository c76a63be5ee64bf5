//! P1 to P4 under every order of steps that a seed can make.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that fails has to fail"
)]

use cache_tests::interleaving::naive::{Naive, Way};
use cache_tests::interleaving::{Mix, Runtime, check, schedules, share};

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
    ] {
        let share = share(0, schedules(), Mix::NothingFails, u64::MAX, |_| Naive::new(way));
        println!("{:<22} {share}", format!("{way:?}"));
        assert!(share.count() > 0, "{way:?} loses no race");
    }
}

/// The steps that the runtime takes, on a server of a hundred lines: what fails above fails for its protocol, not for the checker.
#[test]
fn the_right_protocol_on_the_small_server_does_not() {
    let share = share(0, schedules(), Mix::NothingFails, 1, |_| Naive::new(Way::Right));
    assert_eq!(share.count(), 0, "{share}");
}
