//! The embedded store: typed values in this process, bounded by bytes, with the same steps as a server takes.

mod slot;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use quick_cache::sync::{Cache, EntryAction, EntryResult};
use quick_cache::{Lifecycle, OptionsBuilder, Weighter};
use tokio::time::Instant;

use self::slot::{Change, Slot};
use super::{Answer, Lease, Store, WriteEnd};
use crate::error::CacheError;
use crate::key::{Key, Pattern};
use crate::record::{Draft, Expected, Found, Nonce};

/// What an entry takes beside its key and its value: the slot, its hash table entry, the header.
const ENTRY_OVERHEAD: u64 = 192;

type Map = Cache<Vec<u8>, Slot, ByBytes, foldhash::fast::RandomState, CountEvictions>;

pub(crate) struct MemoryStore {
    map: Map,
    /// The clock's beginning: in milliseconds since 1970, and as the runtime sees it.
    epoch: (u64, Instant),
    evictions: Arc<AtomicU64>,
}

impl MemoryStore {
    /// A store that holds up to `bytes` of keys, encoded values and their overhead.
    pub(crate) fn new(bytes: u64) -> Answer<MemoryStore> {
        let options = OptionsBuilder::new()
            .weight_capacity(bytes)
            .estimated_items_capacity(usize::try_from(bytes / 1024).unwrap_or(usize::MAX).clamp(64, 1 << 20))
            .build()
            .map_err(|error| CacheError::InvalidSetting { setting: "memory", reason: error.to_string() })?;
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let evictions = Arc::new(AtomicU64::new(0));
        let lifecycle = CountEvictions(Arc::clone(&evictions));
        Ok(MemoryStore {
            map: Cache::with_options(options, ByBytes, Default::default(), lifecycle),
            evictions,
            epoch: (u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX), Instant::now()),
        })
    }

    /// How many entries there are, and their bytes.
    pub(crate) fn size(&self) -> (u64, u64) {
        (self.map.len() as u64, self.map.weight())
    }

    /// How many bytes it may hold.
    pub(crate) fn capacity(&self) -> u64 {
        self.map.capacity()
    }

    /// How many entries had to make room for others.
    pub(crate) fn evictions(&self) -> u64 {
        self.evictions.load(Ordering::Relaxed)
    }

    /// Takes one step at a key, under the lock of its shard.
    fn step<T>(&self, key: &[u8], step: impl FnOnce(Option<&mut Slot>, Instant) -> (Change, T)) -> Option<T> {
        let now = Instant::now();
        let mut step = Some(step);
        let mut outcome = None;
        let entry = self.map.entry(key, None, |_, slot| {
            let Some(step) = step.take() else { return EntryAction::Retain(()) };
            let live = (slot.ends > now).then_some(&mut *slot);
            let was_live = live.is_some();
            let (change, value) = step(live, now);
            outcome = Some(value);
            match change {
                Change::Keep if was_live => EntryAction::Retain(()),
                Change::Keep | Change::Remove => EntryAction::Remove,
                Change::Put(new) => {
                    *slot = new;
                    EntryAction::Retain(())
                }
            }
        });
        if let (EntryResult::Vacant(place), Some(step)) = (entry, step) {
            let (change, value) = step(None, now);
            outcome = Some(value);
            if let Change::Put(slot) = change {
                // Refused only if somebody has put something there meanwhile: then theirs is newer.
                let _ = place.insert(slot);
            }
        }
        outcome
    }

    fn look(&self, key: &[u8]) -> Found {
        match self.map.get(key) {
            Some(slot) if slot.ends > Instant::now() => slot.found(),
            _ => Found::Absent,
        }
    }

    /// Invalidates the keys that `matches`, one at a time: no lock is held for longer than one step.
    fn invalidate_where(&self, matches: impl Fn(&[u8]) -> bool) -> u64 {
        let keys: Vec<Vec<u8>> = self.map.iter().map(|(key, _)| key).filter(|key| matches(key)).collect();
        let mut count = 0;
        for key in keys {
            count += u64::from(self.step(&key, slot::invalidate).unwrap_or(false));
        }
        count
    }

    /// A value that is larger than a part of the store would push everything else out, and then itself.
    fn has_room_for(&self, key: &Key, draft: &Draft) -> bool {
        weight(key.as_bytes().len(), draft.size) <= self.map.shard_capacity()
    }
}

/// A step's outcome is missing only if the map broke its word; the store then counts as not answering.
fn answer<T>(outcome: Option<T>) -> Answer<T> {
    outcome.ok_or_else(|| CacheError::Unavailable { reason: "the memory store skipped a step".into() })
}

impl Store for MemoryStore {
    const TYPED: bool = true;

    fn now(&self) -> u64 {
        let (since_1970, at) = self.epoch;
        since_1970.saturating_add(u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    async fn read(&self, key: &Key) -> Answer<Found> {
        Ok(self.look(key.as_bytes()))
    }

    async fn read_many(&self, keys: &[Key]) -> Answer<Vec<Found>> {
        Ok(keys.iter().map(|key| self.look(key.as_bytes())).collect())
    }

    async fn lease(&self, key: &Key, nonce: Nonce, dead: Option<&Expected>, time: Duration) -> Answer<Lease> {
        answer(self.step(key.as_bytes(), |slot, now| slot::lease(slot, nonce, dead, now + time)))
    }

    async fn renew(&self, key: &Key, nonce: Nonce, time: Duration) -> Answer<bool> {
        answer(self.step(key.as_bytes(), |slot, now| slot::renew(slot, nonce, now + time)))
    }

    async fn fill(&self, key: &Key, nonce: Nonce, draft: Draft, ttl: Duration) -> Answer<bool> {
        let room = self.has_room_for(key, &draft);
        answer(
            self.step(key.as_bytes(), |slot, now| slot::fill(slot, nonce, room.then_some(draft), now + ttl)),
        )
    }

    async fn release(&self, key: &Key, nonce: Nonce) -> Answer<()> {
        answer(self.step(key.as_bytes(), |slot, _| slot::release(slot, nonce)))
    }

    async fn begin_write(&self, key: &Key, id: Nonce, time: Duration) -> Answer<Nonce> {
        answer(self.step(key.as_bytes(), |slot, now| slot::begin_write(slot, id, now + time)))
    }

    async fn end_write(&self, key: &Key, id: Nonce, draft: Option<(Draft, Duration)>) -> Answer<WriteEnd> {
        let draft = draft.filter(|(draft, _)| self.has_room_for(key, draft));
        answer(self.step(key.as_bytes(), |slot, now| {
            slot::end_write(slot, id, draft.map(|(draft, ttl)| (draft, now + ttl)))
        }))
    }

    async fn put(&self, entries: Vec<(Key, Draft, Duration)>) -> Answer<()> {
        for (key, draft, ttl) in entries {
            let room = self.has_room_for(&key, &draft);
            answer(self.step(key.as_bytes(), |slot, now| slot::put(slot, room.then_some(draft), now + ttl)))?;
        }
        Ok(())
    }

    async fn invalidate(&self, keys: &[Key]) -> Answer<()> {
        for key in keys {
            answer(self.step(key.as_bytes(), slot::invalidate))?;
        }
        Ok(())
    }

    async fn remove(&self, key: &Key) -> Answer<()> {
        self.map.remove(key.as_bytes());
        Ok(())
    }

    async fn invalidate_matching(&self, pattern: &Pattern) -> Answer<u64> {
        Ok(self.invalidate_where(|key| std::str::from_utf8(key).is_ok_and(|key| pattern.matches(key))))
    }

    async fn clear(&self, namespace: &str) -> Answer<u64> {
        let prefix = format!("{namespace}:");
        Ok(self.invalidate_where(|key| key.starts_with(prefix.as_bytes())))
    }
}

fn weight(key: usize, value: usize) -> u64 {
    (key + value) as u64 + ENTRY_OVERHEAD
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Vec<u8>, Slot> for ByBytes {
    fn weight(&self, key: &Vec<u8>, slot: &Slot) -> u64 {
        weight(key.len(), slot.size())
    }
}

#[derive(Clone)]
struct CountEvictions(Arc<AtomicU64>);

impl Lifecycle<Vec<u8>, Slot> for CountEvictions {
    type RequestState = ();

    fn begin_request(&self) {}

    fn on_evict(&self, (): &mut (), _: Vec<u8>, _: Slot) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
