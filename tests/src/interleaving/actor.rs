//! What an actor does, and what it checks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{At, End, KEYS, Op, Protocol, Source, tags_of};

/// What all actors of a schedule have in common.
pub struct World<P> {
    /// The protocol under test.
    pub protocol: P,
    /// The source.
    pub source: Arc<Source>,
    violation: Mutex<Option<String>>,
}

impl<P: Protocol> World<P> {
    /// A world with so many actors.
    pub fn new(protocol: P, source: Arc<Source>) -> Arc<World<P>> {
        Arc::new(World { protocol, source, violation: Mutex::default() })
    }

    /// What went wrong first.
    pub fn violation(&self) -> Option<String> {
        self.lock().clone()
    }

    pub(super) fn is_violated(&self) -> bool {
        self.lock().is_some()
    }

    pub(super) fn violate(&self, what: String) {
        self.lock().get_or_insert(what);
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.violation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does one thing.
    pub async fn act(self: Arc<Self>, op: Op, at: At) {
        let (protocol, source) = (&self.protocol, &*self.source);
        match op {
            Op::Read | Op::FailToRead => {
                let floor = source.floor(at.key);
                let read = protocol.read(at, source, op == Op::FailToRead).await;
                source.read_is_done(at.key);
                self.check(at, floor, read.ok());
            }
            Op::Get => {
                let floor = source.floor(at.key);
                let found = protocol.get(at).await;
                self.check(at, floor, found);
            }
            Op::ReadWithoutTags => protocol.read_without_tags(at, source).await,
            Op::ReadBatch => {
                let floors: [i64; KEYS] = std::array::from_fn(|key| source.floor(key));
                let found = protocol.read_batch(at.process).await;
                for (key, (floor, found)) in floors.into_iter().zip(found).enumerate() {
                    self.check(At { key, ..at }, floor, found);
                }
            }
            Op::GetMany => {
                let floors: [i64; KEYS] = std::array::from_fn(|key| source.floor(key));
                let found = protocol.get_many(at.process).await;
                for (key, (floor, found)) in floors.into_iter().zip(found).enumerate() {
                    self.check(At { key, ..at }, floor, found);
                }
            }
            Op::Change | Op::FailToChange => {
                let committed = protocol.change(at, source, op == Op::FailToChange).await;
                self.complete(at, committed);
            }
            Op::ChangeByTag | Op::FailToChangeByTag => {
                let values = self.values();
                let fails = op == Op::FailToChangeByTag;
                let (Ok(value) | Err(value)) = protocol.change_by_tag(at, source, fails).await;
                self.fallen(tag_of(at.key), values);
                source.raise_floor(at.key, value);
            }
            Op::Write | Op::FailToWrite | Op::HoldAWrite => {
                let committed = protocol.write(at, source, op == Op::FailToWrite).await;
                self.complete(at, committed);
            }
            Op::Transact | Op::RollBack | Op::LoseTheCommit => {
                let end = match op {
                    Op::Transact => End::Committed,
                    Op::RollBack => End::RolledBack,
                    _ => End::Unknown,
                };
                if let Some(value) = protocol.transact(at, source, end).await {
                    source.raise_floor(at.key, value);
                }
            }
            Op::Invalidate => {
                let value = source.value(at.key);
                protocol.invalidate(at).await;
                source.raise_floor(at.key, value);
            }
            Op::InvalidateTag => {
                let values = self.values();
                protocol.invalidate_tag(at.process, tag_of(at.key)).await;
                self.fallen(tag_of(at.key), values);
            }
            Op::InvalidatePattern => {
                let values = self.values();
                protocol.invalidate_pattern(at.process).await;
                self.raise_floors(values);
            }
            Op::Clear => {
                let values = self.values();
                protocol.clear(at.process).await;
                self.raise_floors(values);
            }
            Op::Evict => protocol.evict(at.key),
            Op::Expire => protocol.expire(at.key),
            Op::EvictTag => protocol.evict_tag(tag_of(at.key)),
            Op::ExpireTag => protocol.expire_tag(tag_of(at.key)),
            Op::Age => protocol.age(at.key, false),
            Op::AgeFar => protocol.age(at.key, true),
            Op::EndClaim => protocol.end_claim(at.key),
        }
    }

    /// P1: what a read returns is not older than what was complete when it began.
    fn check(&self, at: At, floor: i64, read: Option<i64>) {
        if let Some(read) = read.filter(|read| *read < floor) {
            self.violate(format!("STALE: key {} read as {read} where {floor} was complete", at.key));
        }
    }

    /// A change is complete, also where its commit came back as an error: the cache was told all the same.
    fn complete(&self, at: At, committed: Result<i64, i64>) {
        let (Ok(value) | Err(value)) = committed;
        self.source.raise_floor(at.key, value);
    }

    /// Whatever carries the tag is complete up to `values`.
    fn fallen(&self, tag: usize, values: [i64; KEYS]) {
        for (key, value) in values.into_iter().enumerate().filter(|(key, _)| tags_of(*key).contains(&tag)) {
            self.source.raise_floor(key, value);
        }
    }

    fn values(&self) -> [i64; KEYS] {
        std::array::from_fn(|key| self.source.value(key))
    }

    fn raise_floors(&self, values: [i64; KEYS]) {
        for (key, value) in values.into_iter().enumerate() {
            self.source.raise_floor(key, value);
        }
    }
}

/// The tag by which a key's entry falls: only entries that have one are asked for it.
fn tag_of(key: usize) -> usize {
    tags_of(key).last().copied().unwrap_or_default()
}
