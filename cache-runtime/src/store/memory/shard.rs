//! A part of the memory store: a map bounded by bytes.
//!
//! What is evicted is chosen by SIEVE (Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024): entries stand in the order in
//! which they came; a hit only marks; a hand goes from old to new, unmarks, and takes the first one that is not marked. A hit
//! so needs no exclusive lock.

use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, Ordering};

use super::slot::Slot;
use crate::identity_hash::IdentityHash;

/// What an entry takes beside its key and its value: itself, its place in the map, and the counts of the value's `Arc`.
///
/// `the_embedded_store_takes_what_it_may_and_no_more` (tests/allocations.rs) measures it.
const ENTRY_OVERHEAD: u64 = 288;

/// Below this many places it is not worth the while to give some back.
const FEW: usize = 64;

/// A key's hash, the store's; it names the entry.
pub(super) type Hash = NonZeroU64;

pub(super) struct Shard {
    /// By the keys' hashes alone, so that an entry can name its neighbours in few bytes. They are seeded, and of two keys that meet
    /// all the same one makes room for the other.
    entries: HashMap<Hash, Box<Entry>, IdentityHash>,
    newest: Option<Hash>,
    oldest: Option<Hash>,
    hand: Option<Hash>,
    weight: u64,
    capacity: u64,
}

struct Entry {
    key: Box<[u8]>,
    slot: Slot,
    hit: AtomicBool,
    newer: Option<Hash>,
    older: Option<Hash>,
}

/// An entry that has left, to be dropped after the lock, as a value's `Drop` is somebody else's code.
pub(super) struct Gone(#[expect(dead_code, reason = "it is dropped, and that is all")] Box<Entry>);

impl Entry {
    fn weight(&self) -> u64 {
        weight(self.key.len(), self.slot.size())
    }
}

impl Shard {
    pub(super) fn new(capacity: u64) -> Shard {
        Shard { entries: HashMap::default(), newest: None, oldest: None, hand: None, weight: 0, capacity }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn weight(&self) -> u64 {
        self.weight
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.entries.values().map(|entry| &*entry.key)
    }

    pub(super) fn get(&self, hash: Hash, key: &[u8]) -> Option<&Slot> {
        let entry = self.entries.get(&hash).filter(|entry| *entry.key == *key)?;
        // Most entries that are read are marked already; not writing keeps their cache line shared.
        if !entry.hit.load(Ordering::Relaxed) {
            entry.hit.store(true, Ordering::Relaxed);
        }
        Some(&entry.slot)
    }

    /// What stands at the key, to be changed in place without changing its size.
    pub(super) fn get_mut(&mut self, hash: Hash, key: &[u8]) -> Option<&mut Slot> {
        self.entry(hash, key).map(|entry| &mut entry.slot)
    }

    /// Puts something at the key. Gives what stood there and what had to make room; both are for after the lock.
    ///
    /// `departed` is told the hash of what a thread that remembers it has to look for again: what stood there, and what has lost its
    /// mark.
    pub(super) fn put(
        &mut self,
        hash: Hash,
        key: &[u8],
        slot: Slot,
        departed: impl Fn(Hash),
    ) -> (Option<Slot>, Vec<Gone>) {
        let (mut replaced, mut evicted) = (None, Vec::new());
        match self.entry(hash, key) {
            Some(entry) => {
                let before = entry.weight();
                replaced = Some(std::mem::replace(&mut entry.slot, slot));
                let weight = entry.weight();
                self.weight = self.weight - before + weight;
            }
            None => {
                evicted.extend(self.unlink(hash));
                self.push(hash, key, slot);
            }
        }
        while self.weight > self.capacity
            && let Some(entry) = self.evict(hash, &departed)
        {
            evicted.push(entry);
        }
        departed(hash);
        (replaced, evicted)
    }

    pub(super) fn remove(&mut self, hash: Hash, key: &[u8]) -> Option<Gone> {
        self.entry(hash, key)?;
        self.unlink(hash)
    }

    fn entry(&mut self, hash: Hash, key: &[u8]) -> Option<&mut Box<Entry>> {
        self.entries.get_mut(&hash).filter(|entry| *entry.key == *key)
    }

    fn push(&mut self, hash: Hash, key: &[u8], slot: Slot) {
        let older = self.newest.replace(hash);
        match older.and_then(|older| self.entries.get_mut(&older)) {
            Some(older) => older.newer = Some(hash),
            None => self.oldest = Some(hash),
        }
        let entry = Entry { key: key.into(), slot, hit: AtomicBool::new(false), newer: None, older };
        self.weight += entry.weight();
        self.entries.insert(hash, Box::new(entry));
    }

    /// Makes the next one go, but not the one that has just been put: it is not marked yet.
    fn evict(&mut self, keep: Hash, departed: impl Fn(Hash)) -> Option<Gone> {
        let mut place = self.hand.or(self.oldest);
        // Twice around at the most: the first time unmarks all.
        for _ in 0..=2 * self.entries.len() {
            let hash = place?;
            let entry = self.entries.get_mut(&hash)?;
            if hash != keep && !std::mem::take(entry.hit.get_mut()) {
                self.hand = Some(hash);
                return self.unlink(hash);
            }
            // Who remembers it has to come and mark it again. What makes room has no mark, so nobody does by then.
            departed(hash);
            place = entry.newer.or(self.oldest);
        }
        None
    }

    fn unlink(&mut self, hash: Hash) -> Option<Gone> {
        let entry = self.entries.remove(&hash)?;
        self.weight -= entry.weight();
        match entry.newer.and_then(|newer| self.entries.get_mut(&newer)) {
            Some(newer) => newer.older = entry.older,
            None => self.newest = entry.older,
        }
        match entry.older.and_then(|older| self.entries.get_mut(&older)) {
            Some(older) => older.newer = entry.newer,
            None => self.oldest = entry.newer,
        }
        if self.hand == Some(hash) {
            self.hand = entry.newer;
        }
        // A few large values in place of many small ones: the room of their places is not in their weight.
        if self.entries.capacity() > 4 * self.entries.len().max(FEW) {
            self.entries.shrink_to(2 * self.entries.len());
        }
        Some(Gone(entry))
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

    fn hash(key: u8) -> Hash {
        Hash::MIN.saturating_add(key.into())
    }

    fn put(shard: &mut Shard, key: u8, slot: Slot) -> (Option<Slot>, Vec<Gone>) {
        shard.put(hash(key), &[key], slot, |_| ())
    }

    fn get(shard: &Shard, key: u8) -> Option<&Slot> {
        shard.get(hash(key), &[key])
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
        assert!(get(&shard, b'a').is_some());
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
            get(&shard, key);
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
            let key = (random % 40) as u8;
            match random >> 32 & 3 {
                0 => drop(shard.remove(hash(key), &[key])),
                1 => drop(get(&shard, key).is_some()),
                _ => drop(put(&mut shard, key, lease())),
            }
            let walked = std::iter::successors(shard.oldest, |hash| shard.entries[hash].newer).count();
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

    #[test]
    fn of_two_keys_with_one_hash_the_later_one_stays() {
        let mut shard = shard(3);
        put(&mut shard, b'a', lease());
        let (replaced, evicted) = shard.put(hash(b'a'), b"other", lease(), |_| ());
        assert!(replaced.is_none(), "it is no value of that key");
        assert_eq!(evicted.len(), 1);
        assert!(get(&shard, b'a').is_none());
        assert!(shard.remove(hash(b'a'), b"a").is_none());
        assert!(shard.get_mut(hash(b'a'), b"other").is_some());
        assert_eq!((shard.len(), shard.weight()), (1, weight(5, 0)));
    }
}
