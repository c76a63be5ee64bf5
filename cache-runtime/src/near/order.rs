//! Which entry makes room: the oldest that was not read since it was last passed over (the CLOCK algorithm, Corbató, "A Paging
//! Experiment with the Multics System", 1968).

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// So many that were read are passed over for one that goes, at the most: nobody waits while a million are.
const PASSED_OVER: usize = 64;

/// Below this many it is not worth the while to look for entries that are gone.
const FEW: usize = 1024;

#[derive(Default)]
pub(super) struct Order(Mutex<VecDeque<u64>>);

impl Order {
    /// Appends an entry. What is gone from the map stays in the order until it comes up, or until it is half of it.
    pub(super) fn push(&self, hash: u64, entries: impl FnOnce() -> usize, is_there: impl Fn(u64) -> bool) {
        let mut order = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        order.push_back(hash);
        if order.len() > FEW && order.len() > 2 * entries() {
            let mut seen = HashSet::with_capacity(order.len() / 2);
            order.retain(|hash| is_there(*hash) && seen.insert(*hash));
            order.shrink_to_fit();
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Takes out the entry that goes. `was_visited`: whether it was read since it was last asked for; `None`: it is gone.
    pub(super) fn victim(&self, was_visited: impl Fn(u64) -> Option<bool>) -> Option<u64> {
        let mut order = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut passed_over = 0;
        while let Some(hash) = order.pop_front() {
            match was_visited(hash) {
                None => {}
                Some(true) if passed_over < PASSED_OVER => {
                    passed_over += 1;
                    order.push_back(hash);
                }
                Some(_) => return Some(hash),
            }
        }
        None
    }
}
