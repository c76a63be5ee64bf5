//! A part of the memory store: a map bounded by bytes.
//!
//! What is evicted is chosen by SIEVE (Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024): entries stand in the order in
//! which they came; a hit only marks; a hand goes from old to new, unmarks, and takes the first one that is not marked. A hit
//! so needs no exclusive lock.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::slot::Slot;

/// No neighbour.
const NONE: usize = usize::MAX;

/// What an entry takes beside its key and its value: the node, its place in the map, the header.
const ENTRY_OVERHEAD: u64 = 192;

pub(super) struct Shard {
    places: HashMap<Arc<[u8]>, usize, foldhash::fast::RandomState>,
    nodes: Vec<Option<Node>>,
    free: Vec<usize>,
    newest: usize,
    oldest: usize,
    hand: usize,
    weight: u64,
    capacity: u64,
}

struct Node {
    key: Arc<[u8]>,
    /// The store's, of the key.
    hash: u64,
    slot: Slot,
    weight: u64,
    hit: AtomicBool,
    newer: usize,
    older: usize,
}

impl Shard {
    pub(super) fn new(capacity: u64) -> Shard {
        Shard {
            places: HashMap::default(),
            nodes: Vec::new(),
            free: Vec::new(),
            newest: NONE,
            oldest: NONE,
            hand: NONE,
            weight: 0,
            capacity,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn weight(&self) -> u64 {
        self.weight
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Arc<[u8]>> {
        self.places.keys()
    }

    pub(super) fn get(&self, key: &[u8]) -> Option<&Slot> {
        let node = self.node(*self.places.get(key)?)?;
        // Most entries that are read are marked already; not writing keeps their cache line shared.
        if !node.hit.load(Ordering::Relaxed) {
            node.hit.store(true, Ordering::Relaxed);
        }
        Some(&node.slot)
    }

    /// What stands at the key, to be changed in place without changing its size.
    pub(super) fn get_mut(&mut self, key: &[u8]) -> Option<&mut Slot> {
        let place = *self.places.get(key)?;
        self.nodes.get_mut(place)?.as_mut().map(|node| &mut node.slot)
    }

    /// Puts something at the key. Gives what stood there and what had to make room: they are dropped by the caller, after the
    /// lock, as a value's `Drop` is somebody else's code.
    ///
    /// `departed` is told the hash of what a thread that remembers it has to look for again: what stood there, and what has lost its
    /// mark.
    pub(super) fn put(
        &mut self,
        key: &[u8],
        hash: u64,
        slot: Slot,
        departed: impl Fn(u64),
    ) -> (Option<Slot>, Vec<Slot>) {
        let weight = weight(key.len(), slot.size());
        let (mut replaced, mut evicted) = (None, Vec::new());
        let place = match self.places.get(key).copied() {
            Some(place) => {
                if let Some(node) = self.node_mut(place) {
                    let before = std::mem::replace(&mut node.weight, weight);
                    replaced = Some(std::mem::replace(&mut node.slot, slot));
                    self.weight = self.weight - before + weight;
                }
                place
            }
            None => self.push(Node {
                key: key.into(),
                hash,
                slot,
                weight,
                hit: AtomicBool::new(false),
                newer: NONE,
                older: self.newest,
            }),
        };
        while self.weight > self.capacity
            && let Some(slot) = self.evict(place, &departed)
        {
            evicted.push(slot);
        }
        departed(hash);
        (replaced, evicted)
    }

    pub(super) fn remove(&mut self, key: &[u8]) -> Option<Slot> {
        let place = self.places.remove(key)?;
        self.unlink(place)
    }

    fn push(&mut self, node: Node) -> usize {
        let key = Arc::clone(&node.key);
        self.weight += node.weight;
        let older = node.older;
        let place = match self.free.pop() {
            Some(place) => {
                self.nodes[place] = Some(node);
                place
            }
            None => {
                self.nodes.push(Some(node));
                self.nodes.len() - 1
            }
        };
        match self.node_mut(older) {
            Some(older) => older.newer = place,
            None => self.oldest = place,
        }
        self.newest = place;
        self.places.insert(key, place);
        place
    }

    /// Makes the next one go, but not the one that has just been put: it is not marked yet.
    fn evict(&mut self, keep: usize, departed: impl Fn(u64)) -> Option<Slot> {
        let mut place = if self.hand == NONE { self.oldest } else { self.hand };
        // Twice around at the most: the first time unmarks all.
        for _ in 0..=2 * self.places.len() {
            let node = self.node_mut(place)?;
            if place != keep && !std::mem::take(node.hit.get_mut()) {
                let key = Arc::clone(&node.key);
                self.hand = place;
                self.places.remove(&key);
                return self.unlink(place);
            }
            // Who remembers it has to come and mark it again. What makes room has no mark, so nobody does by then.
            departed(node.hash);
            place = if node.newer == NONE { self.oldest } else { node.newer };
        }
        None
    }

    fn unlink(&mut self, place: usize) -> Option<Slot> {
        let node = self.nodes.get_mut(place)?.take()?;
        self.free.push(place);
        self.weight -= node.weight;
        match self.node_mut(node.newer) {
            Some(newer) => newer.older = node.older,
            None => self.newest = node.older,
        }
        match self.node_mut(node.older) {
            Some(older) => older.newer = node.newer,
            None => self.oldest = node.newer,
        }
        if self.hand == place {
            self.hand = node.newer;
        }
        Some(node.slot)
    }

    fn node(&self, place: usize) -> Option<&Node> {
        self.nodes.get(place)?.as_ref()
    }

    fn node_mut(&mut self, place: usize) -> Option<&mut Node> {
        self.nodes.get_mut(place)?.as_mut()
    }
}

/// What an entry weighs against the store's bytes.
pub(super) fn weight(key: usize, value: usize) -> u64 {
    (key + value) as u64 + ENTRY_OVERHEAD
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::record::Nonce;

    fn lease() -> Slot {
        Slot::lease(Nonce::new(), Instant::now())
    }

    /// Room for this many entries with keys of one byte.
    fn shard(entries: u64) -> Shard {
        Shard::new(entries * weight(1, 0))
    }

    fn put(shard: &mut Shard, key: u8, slot: Slot) -> (Option<Slot>, Vec<Slot>) {
        shard.put(&[key], u64::from(key), slot, |_| ())
    }

    fn keys(shard: &Shard) -> Vec<u8> {
        let mut keys: Vec<u8> = shard.keys().map(|key| key[0]).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn the_oldest_goes_first_and_what_was_hit_stays() {
        let mut shard = shard(3);
        for key in *b"abc" {
            assert!(put(&mut shard, key, lease()).1.is_empty());
        }
        assert!(shard.get(b"a").is_some());
        assert_eq!(put(&mut shard, b'd', lease()).1.len(), 1);
        assert_eq!(keys(&shard), b"acd");
        put(&mut shard, b'e', lease());
        assert_eq!(keys(&shard), b"ade", "the hand goes on from where it was");
    }

    #[test]
    fn what_has_just_come_stays_where_everything_else_was_hit() {
        let mut shard = shard(3);
        for key in *b"abc" {
            put(&mut shard, key, lease());
            shard.get(&[key]);
        }
        put(&mut shard, b'd', lease());
        assert_eq!(keys(&shard), b"bcd");
    }

    #[test]
    fn removing_and_adding_in_any_order_keeps_weight_and_links_right() {
        let mut shard = shard(20);
        let mut random = 1_u64;
        for _ in 0..20_000 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let key = [(random % 40) as u8];
            match random >> 32 & 3 {
                0 => drop(shard.remove(&key)),
                1 => drop(shard.get(&key).is_some()),
                _ => drop(put(&mut shard, key[0], lease())),
            }
            let walked =
                std::iter::successors(shard.node(shard.oldest), |node| shard.node(node.newer)).count();
            assert_eq!(walked, shard.len());
            assert_eq!(shard.weight(), shard.len() as u64 * weight(1, 0));
            assert!(shard.len() <= 20);
        }
    }

    #[test]
    fn a_value_that_grows_in_place_makes_others_go() {
        let mut shard = Shard::new(3 * weight(1, 100));
        for key in *b"abc" {
            put(&mut shard, key, lease());
        }
        let large = Slot::for_test(600);
        assert_eq!(put(&mut shard, b'c', large).1.len(), 2);
        assert_eq!(keys(&shard), b"c");
    }
}
