//! Where the values are: a map that is read without a lock, and without a write that others could wait for.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use foldhash::fast::RandomState;
use papaya::{Guard, HashMap};

use super::epochs::Epochs;
use super::generations::Generation;
use super::order::Order;
use crate::encoding::Codec;
use crate::identity_hash::IdentityHash;
use crate::value::Kept;

/// What an entry takes beside its key and its value: this slot and its places in the map and in the order.
pub(super) const OVERHEAD: u64 = 144;

/// One in so many of the bytes is the most that one value may take.
const LARGEST: u64 = 16;

/// From here on a value is worth the trouble of being freed by itself.
const LARGE: u64 = 4 << 10;

/// The value was inserted, and may be old: it can't be seen.
const UNKNOWN: u8 = 0;
const GOOD: u8 = 1;
/// Good, and read since it was last passed over.
const VISITED: u8 = 2;

/// So many bytes of a key lie in the slot itself: most keys are shorter, and to compare one of those needs no other place in
/// memory.
const INLINE: usize = 46;

/// A key.
enum Name {
    Inline { len: u8, bytes: [u8; INLINE] },
    Heap(Box<[u8]>),
}

impl Name {
    fn of(key: &[u8]) -> Name {
        let mut bytes = [0; INLINE];
        match bytes.get_mut(..key.len()) {
            Some(place) => {
                place.copy_from_slice(key);
                Name::Inline { len: key.len() as u8, bytes }
            }
            None => Name::Heap(key.into()),
        }
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        match self {
            Name::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Name::Heap(key) => key,
        }
    }
}

/// Whether two keys are equal: sixteen bytes at a time, the last ones once more. For some 40 bytes `memcmp` takes longer to be
/// called than to compare.
#[inline]
fn same(one: &[u8], other: &[u8]) -> bool {
    let word = |bytes: &[u8; 16]| u128::from_le_bytes(*bytes);
    match (one.last_chunk(), other.last_chunk()) {
        (Some(last), Some(other_last)) if one.len() == other.len() => {
            let ((words, _), (others, _)) = (one.as_chunks(), other.as_chunks());
            word(last) == word(other_last)
                && words.iter().zip(others).all(|(one, other)| word(one) == word(other))
        }
        _ => one == other,
    }
}

pub(super) struct Slot {
    key: Name,
    pub(super) value: Kept,
    tags: Option<Box<Box<[Generation]>>>,
    /// By the clock.
    pub(super) ends: u64,
    pub(super) epoch: u32,
    bytes: u32,
    /// Of the record that it was read from.
    pub(super) codec: Codec,
    state: AtomicU8,
}

impl Slot {
    pub(super) fn new(
        key: &[u8],
        value: Kept,
        ends: u64,
        epoch: u32,
        bytes: usize,
        codec: Codec,
        tags: Box<[Generation]>,
    ) -> Slot {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let tags = if tags.is_empty() { None } else { Some(Box::new(tags)) };
        Slot { key: Name::of(key), value, tags, ends, epoch, bytes, codec, state: AtomicU8::new(UNKNOWN) }
    }

    #[inline]
    pub(super) fn is_good(&self) -> bool {
        self.state.load(Ordering::Acquire) != UNKNOWN
    }

    /// Written once: a write for each hit would be waited for by the others.
    #[inline]
    pub(super) fn visit(&self) {
        if self.state.load(Ordering::Relaxed) == GOOD {
            self.state.store(VISITED, Ordering::Relaxed);
        }
    }

    #[inline]
    pub(super) fn tags(&self) -> &[Generation] {
        self.tags.as_deref().map_or(&[], |tags| tags)
    }

    /// Whether it was read since it was last asked.
    pub(super) fn was_visited(&self) -> bool {
        self.state.compare_exchange(VISITED, GOOD, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    fn size(&self) -> u64 {
        let known = self.key.as_bytes().len() + size_of_val(self.tags()) + size_of_val(&*self.value);
        OVERHEAD + u64::from(self.bytes) + known as u64
    }
}

pub(super) struct Map {
    /// By the keys' hashes alone, so that the order can name an entry by one. It is seeded, and of two keys that meet all the
    /// same one displaces the other.
    slots: HashMap<u64, Slot, IdentityHash>,
    hasher: RandomState,
    epochs: Arc<Epochs>,
    order: Order,
    bytes: AtomicU64,
    most: u64,
}

impl Map {
    pub(super) fn new(most: u64, epochs: Arc<Epochs>) -> Map {
        Map {
            slots: HashMap::with_hasher(IdentityHash),
            hasher: RandomState::default(),
            epochs,
            order: Order::default(),
            bytes: AtomicU64::new(0),
            most,
        }
    }

    #[inline]
    pub(super) fn hash(&self, key: &[u8]) -> u64 {
        // Nothing but the bytes: there is no second field whose bytes could be taken for these.
        let mut hasher = self.hasher.build_hasher();
        hasher.write(key);
        hasher.finish()
    }

    #[inline]
    pub(super) fn with<T>(&self, key: &[u8], hash: u64, read: impl FnOnce(&Slot) -> Option<T>) -> Option<T> {
        let slots = self.slots.pin();
        slots.get(&hash).filter(|slot| same(slot.key.as_bytes(), key)).and_then(read)
    }

    /// Puts a slot into the map; it can be seen once `is_good` has said so.
    pub(super) fn insert(&self, hash: u64, slot: Slot, is_good: impl FnOnce() -> bool) {
        let size = slot.size();
        if size > self.most / LARGEST {
            return;
        }
        let (value, epoch) = (Arc::clone(&slot.value), slot.epoch);
        let slots = self.slots.pin();
        self.bytes.fetch_add(size, Ordering::Relaxed);
        let old = slots.insert(hash, slot);
        self.epochs.validity.departed(hash);
        match old {
            Some(old) => self.gone(old),
            None => self.order.push(hash, || slots.len(), |hash| slots.contains_key(&hash)),
        }
        if is_good() {
            // Another's may stand there by now, and is its own affair.
            if let Some(slot) = slots.get(&hash).filter(|slot| Arc::ptr_eq(&slot.value, &value)) {
                slot.state.store(GOOD, Ordering::Release);
            }
        } else {
            self.remove(hash);
        }
        self.make_room(epoch);
    }

    /// What is left of an earlier epoch goes as if nobody had read it.
    fn make_room(&self, epoch: u32) {
        let slots = self.slots.pin();
        while self.bytes.load(Ordering::Relaxed) > self.most {
            let was_visited = |hash| {
                let slot = slots.get(&hash)?;
                let was_visited = slot.was_visited();
                if was_visited {
                    // A thread that remembers it has to come and mark it again.
                    self.epochs.validity.departed(hash);
                }
                Some(was_visited && slot.epoch == epoch)
            };
            let Some(victim) = self.order.victim(was_visited) else { return };
            self.remove(victim);
        }
    }

    pub(super) fn remove(&self, hash: u64) {
        let slots = self.slots.pin();
        let slot = slots.remove(&hash);
        self.epochs.validity.departed(hash);
        if let Some(slot) = slot {
            self.gone(slot);
        }
    }

    pub(super) fn retain(&self, stays: impl Fn(&[u8]) -> bool) {
        let slots = self.slots.pin();
        for (hash, slot) in &slots {
            if !stays(slot.key.as_bytes())
                && let Some(slot) = slots.remove(hash)
            {
                self.gone(slot);
            }
        }
        // Another may just have taken out one of them, and not have said so yet.
        self.epochs.validity.all_departed();
    }

    pub(super) fn clear(&self) {
        self.retain(|_| false);
    }

    /// Counts down for what was taken out of the map: nobody else was given the same slot.
    fn gone(&self, slot: &Slot) {
        let size = slot.size();
        self.bytes.fetch_sub(size, Ordering::Relaxed);
        // What was taken out is freed in batches, by the thread; a large one is not to wait for thirty others.
        if size > LARGE {
            self.slots.guard().flush();
        }
    }

    #[cfg(test)]
    pub(super) fn trail(&self) -> usize {
        self.order.len()
    }

    pub(super) fn size(&self) -> (u64, u64) {
        (self.slots.pin().len() as u64, self.bytes.load(Ordering::Relaxed))
    }
}
