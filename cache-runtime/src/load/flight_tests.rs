//! Who joins a flight without a look, and what becomes of a flight's leases when those who lead it go.
#![allow(clippy::panic, reason = "a test that fails has to fail")]

use super::*;
use crate::record::Nonce;

/// Found by the interleaving checker: the second leader's request was dropped before it reached the store, so the first
/// one's lease still stood there, and nobody gave it back.
// Bites: fails without `state.abandoned.extend(replaced)` in Leader::ask (load/flight.rs).
#[tokio::test]
async fn a_leader_that_took_over_and_is_dropped_gives_both_leases_back() {
    let given_back = Arc::new(Mutex::new(Vec::new()));
    let flights = Flights::new({
        let given_back = Arc::clone(&given_back);
        move |_, hold| lock(&given_back).push(hold)
    });
    let key = Key::build("flights", (1,));
    let Entered::Lead(first) = flights.enter(&key, flights.now(), None) else { panic!("the other side") };
    let Entered::Wait(waiter) = flights.enter(&key, flights.now(), None) else { panic!("the other side") };
    let (one, other) = (Hold::Lease(Nonce::new()), Hold::Lease(Nonce::new()));
    first.ask(one.clone());
    drop(first);
    let Waited::Leads(second) = waiter.wait(Duration::from_secs(10)).await else { panic!("the other side") };
    assert_eq!(second.inherited(), Some(one.clone()));
    second.ask(other.clone());
    assert!(lock(&given_back).is_empty(), "the flight goes on");
    drop(second);
    assert_eq!(*lock(&given_back), [one, other]);
}

/// Most reads find no flight of anybody's, and are told so without the lock: here it is held.
///
/// Bites: without `count.store` in `Flights::enter` (nobody joins); without it in `Flights::remove`, or without `count.load` in
/// `Flights::join_early`, the last line never ends.
#[test]
fn who_comes_while_nothing_is_loaded_takes_no_lock() {
    let flights = Flights::new(|_, _| {});
    let (key, other) = (Key::build("flights", (1,)), Key::build("flights", (2,)));
    let Entered::Lead(leader) = flights.enter(&key, flights.now(), None) else { panic!("the other side") };
    assert!(flights.join_early(&key, flights.now()).is_some());
    assert!(flights.join_early(&other, flights.now()).is_none());
    drop(leader);
    let _held = lock(&flights.by_key);
    assert!(flights.join_early(&key, flights.now()).is_none());
}
