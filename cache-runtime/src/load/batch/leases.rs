//! What a batch loads, and under which leases.

use super::super::flight::{Leader, Outcome, Waiter};
use super::super::follow::follow;
use super::super::hold::Hold;
use super::super::lead::{Under, without_hold};
use super::Batch;
use crate::read::{Look, Seen};
use crate::record::Nonce;
use crate::store::{Ask, Lease};

/// What this batch loads.
pub(super) struct ToLoad {
    /// Under leases: stored.
    pub(super) held: Vec<(usize, Leader, Nonce)>,
    /// Not stored; others may share it.
    pub(super) free: Vec<(usize, Leader, Option<Seen>)>,
    /// For this batch alone.
    pub(super) alone: Vec<usize>,
}

impl<E> Batch<'_, E> {
    /// Asks for the leases of those that this batch leads, in one round trip.
    pub(super) async fn take_leases(
        &mut self,
        leaders: Vec<(usize, Leader, Look)>,
        waiters: &mut Vec<(usize, Waiter)>,
    ) -> ToLoad {
        let mut load = ToLoad { held: Vec::new(), free: Vec::new(), alone: Vec::new() };
        let (mut asks, mut asking) = (Vec::new(), Vec::new());
        for (at, leader, look) in leaders {
            let dead = match (leader.inherited(), look) {
                // What a dropped leader left behind is replaced; its nonce is never used again, as its request may still be
                // under way.
                (Some(hold), Look::Absent | Look::Dead(_) | Look::Aged(_)) => Some(hold.expected()),
                (None, Look::Absent) => None,
                (None, Look::Dead(dead)) => Some(dead),
                (None, Look::Aged(aged)) => Some(aged.expected),
                (_, other) => {
                    self.without_lease(at, leader, other, &mut load, waiters);
                    continue;
                }
            };
            let ask = Ask { key: self.calls.at(at).key.clone(), nonce: Nonce::new(), dead };
            leader.ask(Hold::Lease(ask.nonce));
            asking.push((at, leader, ask.nonce));
            asks.push(ask);
        }
        if asks.is_empty() {
            return load;
        }
        let time = self.cache.settings().lease;
        let answers = match self.store.lease_many(&mut self.budget, &asks, time).await {
            Ok(answers) => answers,
            Err(error) => asks.iter().map(|_| Err(error.clone())).collect(),
        };
        for ((at, leader, nonce), answer) in asking.into_iter().zip(answers) {
            let call = self.calls.at(at);
            let look = match answer {
                Ok(Lease::Granted) => {
                    load.held.push((at, leader, nonce));
                    continue;
                }
                Ok(Lease::Held(found)) => {
                    leader.settled();
                    if self.store.is_queued(call.key) {
                        load.free.push((at, leader, None));
                        continue;
                    }
                    call.interpret_found(self.store, &mut self.budget, found).await
                }
                // It may be granted yet, after an invalidation that did not find it: nothing is stored or shared under it.
                Err(error) => call.unanswered(error),
            };
            self.without_lease(at, leader, look, &mut load, waiters);
        }
        load
    }

    fn without_lease(
        &mut self,
        at: usize,
        leader: Leader,
        look: Look,
        load: &mut ToLoad,
        waiters: &mut Vec<(usize, Waiter)>,
    ) {
        match without_hold(look) {
            Ok(Under::Hit(value)) => {
                // As good as a hit, but only here: another may have joined after the store answered.
                leader.land(Outcome::LookAgain);
                self.loaded.push((at, value));
            }
            Ok(Under::Nothing(seen)) => load.free.push((at, leader, seen)),
            Ok(Under::Hold(..)) => load.free.push((at, leader, None)),
            Err(_) if self.waited => load.free.push((at, leader, None)),
            Err(seen) => match follow(self.calls.at(at), leader, seen) {
                Ok(waiter) => waiters.push((at, waiter)),
                Err(back) => load.free.push((at, back, None)),
            },
        }
    }
}
