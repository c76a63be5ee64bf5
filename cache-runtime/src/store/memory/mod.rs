//! The embedded store: typed values in this process, bounded by bytes, with the same steps as a server takes.

mod many;
mod shard;
mod slot;

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use self::shard::{Hash, Shard, weight};
use self::slot::{Change, Slot};
use super::{Answer, Filled, Lease, Reads, Refused, Store, WriteEnd};
use crate::front::{Standing, Validity};
use crate::key::{Key, Pattern, Question};
use crate::record::{Body, Claim, Draft, Expected, Found, Header, Nonce, Over};
use crate::value::Kept;

/// More shards let more threads change entries at once; a value has to fit into one.
const MOST_SHARDS: u64 = 16;
const SMALLEST_SHARD: u64 = 1 << 20;

/// A lease here needs no end: whoever holds it is in this process, and gives it back when dropped. One that was leaked is in
/// nobody's way, as waiting is bounded, and makes room like everything else.
const NO_END: Duration = Duration::from_secs(30 * 24 * 60 * 60);

pub(crate) struct MemoryStore {
    shards: Box<[RwLock<Shard>]>,
    hasher: foldhash::fast::RandomState,
    /// Of what threads remember of the shards. Its clock is nanoseconds since the beginning.
    validity: Box<Validity>,
    capacity: u64,
    evictions: AtomicU64,
    /// The clock's beginning: in milliseconds since 1970, and as the runtime sees it.
    epoch: (u64, Instant),
}

impl MemoryStore {
    /// A store that holds up to `bytes` of keys, encoded values and their overhead.
    pub(crate) fn new(bytes: u64) -> MemoryStore {
        let shards = (bytes / SMALLEST_SHARD).clamp(1, MOST_SHARDS);
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        MemoryStore {
            shards: (0..shards).map(|_| RwLock::new(Shard::new(bytes / shards))).collect(),
            hasher: foldhash::fast::RandomState::default(),
            validity: Box::default(),
            capacity: bytes / shards * shards,
            evictions: AtomicU64::new(0),
            epoch: (u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX), Instant::now()),
        }
    }

    /// How many entries there are, and their bytes.
    pub(crate) fn size(&self) -> (u64, u64) {
        let sizes = self.shards.iter().map(|shard| {
            let shard = read(shard);
            (shard.len() as u64, shard.weight())
        });
        sizes.fold((0, 0), |(entries, bytes), (len, weight)| (entries + len, bytes + weight))
    }

    /// How many bytes it may hold.
    pub(crate) fn capacity(&self) -> u64 {
        self.capacity
    }

    /// How many entries had to make room for others.
    pub(crate) fn evictions(&self) -> u64 {
        self.evictions.load(Ordering::Relaxed)
    }

    fn hash(&self, key: &[u8]) -> Hash {
        Hash::new(self.hasher.hash_one(key)).unwrap_or(Hash::MIN)
    }

    fn shard(&self, hash: Hash) -> &RwLock<Shard> {
        // By bits in the middle: the map inside a shard uses the lower and the uppermost ones.
        &self.shards[((hash.get() >> 32) % self.shards.len() as u64) as usize]
    }

    /// Takes one step at a key, under the lock of its shard.
    fn step<T>(&self, key: &[u8], step: impl FnOnce(Option<&mut Slot>, Instant) -> (Change, T)) -> T {
        let (now, hash) = (Instant::now(), self.hash(key));
        let mut shard = self.shard(hash).write().unwrap_or_else(PoisonError::into_inner);
        let (change, outcome) = step(shard.get_mut(hash, key).filter(|slot| slot.ends > now), now);
        let gone = match change {
            Change::Keep => (None, Vec::new()),
            Change::Remove => {
                let removed = shard.remove(hash, key);
                self.validity.departed(hash.get());
                (None, removed.into_iter().collect())
            }
            Change::Put(slot) => {
                let departed = |hash: Hash| self.validity.departed(hash.get());
                let (replaced, evicted) = shard.put(hash, key, slot, departed);
                self.evictions.fetch_add(evicted.len() as u64, Ordering::Relaxed);
                (replaced, evicted)
            }
        };
        drop(shard);
        // A value's own `Drop` runs here, outside the lock.
        drop(gone);
        outcome
    }

    pub(crate) fn look(&self, key: &[u8]) -> Found {
        let hash = self.hash(key);
        match read(self.shard(hash)).get(hash, key) {
            Some(slot) if slot.ends > Instant::now() => slot.found(),
            _ => Found::Absent,
        }
    }

    /// Shows the value at a key to `see` where it lies, and what time it is by the store's clock. Under a lock: nobody else's code
    /// may run there. Gives also what a thread has to know that remembers it as one that is fresh.
    pub(crate) fn value<T>(
        &self,
        key: &[u8],
        see: impl FnOnce(&Header, &Kept, u64) -> T,
    ) -> Option<(T, Standing)> {
        let (now, hash) = (Instant::now(), self.hash(key));
        // Before the look: what changes after that is noticed.
        let departures = self.validity.departures(hash.get());
        let shard = read(self.shard(hash));
        let slot = shard.get(hash, key).filter(|slot| slot.ends > now)?;
        let (header, value) = slot.value_here()?;
        let fresh_until = header.fresh_until.saturating_sub(self.epoch.0).saturating_mul(1_000_000);
        let ends = self.nanos(slot.ends).min(fresh_until);
        Some((see(header, value, self.time_at(now)), Standing { ends, hash: hash.get(), departures }))
    }

    /// The value that this thread has found before, under the same question, if it still stands here.
    pub(crate) fn again(&self, question: Question) -> Option<Kept> {
        self.validity.shared_again(self.nanos(Instant::now()), question)
    }

    /// Remembers what was found here, to be found [`again`](MemoryStore::again).
    pub(crate) fn remember(
        &self,
        question: Question,
        standing: Standing,
        value: impl FnOnce() -> Option<Kept>,
    ) {
        self.validity.remember(question, standing, None, value);
    }

    /// Nanoseconds since the clock's beginning.
    fn nanos(&self, at: Instant) -> u64 {
        u64::try_from((at - self.epoch.1).as_nanos()).unwrap_or(u64::MAX)
    }

    fn time_at(&self, now: Instant) -> u64 {
        self.epoch.0.saturating_add(self.nanos(now) / 1_000_000)
    }

    /// Invalidates the keys that `matches`, one at a time: no lock is held for longer than a look at the keys.
    async fn invalidate_where(&self, matches: impl Fn(&[u8]) -> bool) -> u64 {
        let mut count = 0;
        for shard in &self.shards {
            #[cfg(feature = "__interleaving")]
            crate::interleaving::point("look at the keys").await;
            for key in self.keys_where(shard, &matches) {
                #[cfg(feature = "__interleaving")]
                crate::interleaving::point("invalidate one of them").await;
                count += u64::from(self.step(&key, slot::invalidate));
            }
        }
        #[cfg(feature = "__interleaving")]
        crate::interleaving::point("hear of it").await;
        count
    }

    fn keys_where(&self, shard: &RwLock<Shard>, matches: impl Fn(&[u8]) -> bool) -> Vec<Box<[u8]>> {
        let mut keys = Vec::new();
        keys.extend(read(shard).keys().filter(|key| matches(key)).map(Box::from));
        // The map's own order differs from run to run, and a schedule has to come out the same again.
        #[cfg(feature = "__interleaving")]
        keys.sort_unstable();
        keys
    }

    /// Makes whatever stands at the key go.
    #[cfg(feature = "__interleaving")]
    pub(crate) fn evict(&self, key: &[u8]) {
        self.step(key, |_, _| (Change::Remove, ()));
    }

    /// Ends the time of whatever stands at the key.
    #[cfg(feature = "__interleaving")]
    pub(crate) fn expire(&self, key: &[u8]) {
        self.step(key, |slot, now| {
            if let Some(slot) = slot {
                slot.ends = now;
            }
            (Change::Keep, ())
        });
    }

    /// Lets a value be fresh until then at the most, and sets its claim.
    #[cfg(feature = "__interleaving")]
    pub(crate) fn change(&self, key: &[u8], fresh_until: u64, claim: Option<Claim>) {
        self.step(key, |slot, _| (slot::change(slot, fresh_until, claim), ()));
    }

    /// A value that is larger than a shard would push everything else out of it, and then itself.
    fn has_room_for(&self, key: &Key, draft: &Draft) -> bool {
        let value = match &draft.body {
            Body::Typed(value) => slot::size(&draft.header, value, draft.size),
            Body::Bytes(_) => draft.size,
        };
        weight(key.as_bytes().len(), value) <= self.capacity / self.shards.len() as u64
    }
}

fn read(shard: &RwLock<Shard>) -> RwLockReadGuard<'_, Shard> {
    shard.read().unwrap_or_else(PoisonError::into_inner)
}

impl Store for MemoryStore {
    const TYPED: bool = true;

    fn now(&self) -> u64 {
        self.time_at(Instant::now())
    }

    async fn read(&self, key: &Key) -> Answer<Found> {
        Ok(self.look(key.as_bytes()))
    }

    async fn read_many(&self, keys: &[&Key]) -> Answer<Reads> {
        let found: Vec<Found> = keys.iter().map(|key| self.look(key.as_bytes())).collect();
        Ok(Reads::Found(found.into_iter()))
    }

    async fn lease(&self, key: &Key, nonce: Nonce, dead: Option<&Expected>, _: Duration) -> Answer<Lease> {
        Ok(self.step(key.as_bytes(), |slot, now| slot::lease(slot, nonce, dead, now + NO_END)))
    }

    async fn renew(&self, key: &Key, nonce: Nonce, _: Duration) -> Answer<bool> {
        Ok(self.step(key.as_bytes(), |slot, now| slot::renew(slot, nonce, now + NO_END)))
    }

    async fn limit(&self, _: &Key, _: Nonce, _: Duration) -> Answer<()> {
        // Whoever holds it is in this process.
        Ok(())
    }

    async fn claim(&self, key: &Key, value: &Expected, claim: Claim, over: Over) -> Answer<bool> {
        Ok(self.step(key.as_bytes(), |slot, _| slot::claim(slot, value, claim, over)))
    }

    async fn fill(&self, key: &Key, under: &Expected, draft: Draft, ttl: Duration) -> Answer<Filled> {
        let mut draft = Some(draft).filter(|draft| self.has_room_for(key, draft));
        Ok(self.step(key.as_bytes(), |slot, now| slot::fill(slot, under, &mut draft, now + ttl)))
    }

    async fn release(&self, key: &Key, under: &Expected) -> Answer<()> {
        self.step(key.as_bytes(), |slot, _| slot::release(slot, under));
        Ok(())
    }

    async fn open_tags(&self, tags: &[Key], time: Duration) -> Answer<Vec<(Nonce, u64)>> {
        let made = self.now();
        let open = |tag: &Key| {
            self.step(tag.as_bytes(), |slot, now| slot::open_tag(slot, (Nonce::new(), made), now + time))
        };
        Ok(tags.iter().map(open).collect())
    }

    async fn begin_write(&self, key: &Key, writer: Nonce, time: Duration) -> Answer<Nonce> {
        Ok(self.step(key.as_bytes(), |slot, now| slot::begin_write(slot, writer, now + time)))
    }

    async fn end_write(
        &self,
        key: &Key,
        mark: Nonce,
        writer: Nonce,
        draft: Option<(Draft, Duration)>,
    ) -> Answer<WriteEnd> {
        let mut draft = draft.filter(|(draft, _)| self.has_room_for(key, draft));
        Ok(self.step(key.as_bytes(), |slot, now| slot::end_write(slot, mark, writer, &mut draft, now)))
    }

    async fn put(&self, entries: Vec<(Key, Draft, Duration)>) -> Answer<u64> {
        let mut newer = 0;
        for (key, draft, ttl) in entries {
            let mut draft = Some(draft).filter(|draft| self.has_room_for(&key, draft));
            let older = self.step(key.as_bytes(), |slot, now| slot::put(slot, &mut draft, now + ttl));
            newer += u64::from(older);
        }
        Ok(newer)
    }

    async fn invalidate(&self, keys: &[Key]) -> Answer<Refused> {
        for key in keys {
            self.step(key.as_bytes(), slot::invalidate);
        }
        Ok(Vec::new())
    }

    async fn abandon_write(&self, key: &Key, writer: Nonce) -> Answer<()> {
        self.step(key.as_bytes(), |slot, _| slot::abandon_write(slot, writer));
        Ok(())
    }

    async fn shed(&self, _: &Key, _: usize) -> Answer<bool> {
        Ok(false)
    }

    async fn invalidate_matching(&self, pattern: &Pattern) -> Answer<u64> {
        Ok(self.invalidate_where(|key| std::str::from_utf8(key).is_ok_and(|key| pattern.matches(key))).await)
    }

    async fn clear(&self, namespace: &str) -> Answer<u64> {
        let prefix = format!("{namespace}:");
        Ok(self.invalidate_where(|key| key.starts_with(prefix.as_bytes())).await)
    }
}
