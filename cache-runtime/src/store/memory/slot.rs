//! What stands at one key of the memory store, and what each step makes of it.
//!
//! Drafts come by reference: what is not stored is dropped by the caller, after the lock.
//!
//! The scripts of the Redis store do the same to the bytes; the conformance tests hold both to it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::super::{Filled, Lease, WriteEnd};
use crate::record::{self, Body, Claim, Draft, Expected, Found, Header, Nonce, Over, Stored, Token};
use crate::value::Kept;

pub(super) struct Slot {
    pub(super) ends: Instant,
    record: Record,
}

enum Record {
    Value(Held),
    Lease(Nonce),
    Mark(Mark),
    /// A tag, and when it was made.
    Tag(Nonce, u64),
}

struct Held {
    header: Header,
    value: Kept,
    /// Of the value: how many bytes it takes once it is encoded.
    encoded: usize,
}

struct Mark {
    id: Nonce,
    contended: bool,
    writers: Vec<Nonce>,
    /// How many things happened to this mark. A reader that saw the same number twice knows that nothing did between.
    events: u64,
    /// The version of the value that it replaced.
    replaced: Option<u64>,
}

pub(super) enum Change {
    Keep,
    Remove,
    Put(Slot),
}

/// What a value takes: itself, as much elsewhere as its encoded form has bytes, which is a guess, and its tags.
pub(super) fn size(header: &Header, value: &Kept, encoded: usize) -> usize {
    let tags = header.tags.as_deref().unwrap_or_default().iter();
    size_of_val(&**value) + encoded + tags.map(|tag| size_of_val(tag) + tag.key.len()).sum::<usize>()
}

impl Slot {
    pub(super) fn lease(nonce: Nonce, ends: Instant) -> Slot {
        Slot { ends, record: Record::Lease(nonce) }
    }

    fn value(draft: Draft, ends: Instant) -> Option<Slot> {
        let Body::Typed(value) = draft.body else { return None };
        let held = Held { header: draft.header, value, encoded: draft.size };
        Some(Slot { ends, record: Record::Value(held) })
    }

    #[cfg(test)]
    pub(super) fn for_test(size: usize) -> Slot {
        let header =
            Header::parse(include_bytes!("../../record/golden/v1-value.bin")).map(|(header, _)| header);
        let draft = header.map(|header| Draft { header, body: Body::Typed(Arc::new(())), size });
        draft
            .and_then(|draft| Slot::value(draft, Instant::now()))
            .unwrap_or_else(|| Slot::lease(Nonce::new(), Instant::now()))
    }

    pub(super) fn size(&self) -> usize {
        match &self.record {
            Record::Value(held) => size(&held.header, &held.value, held.encoded),
            Record::Lease(_) | Record::Mark(_) | Record::Tag(..) => 0,
        }
    }

    pub(super) fn found(&self) -> Found {
        match &self.record {
            Record::Value(held) => Found::Value(Stored::Typed(held.header.clone(), Arc::clone(&held.value))),
            Record::Lease(nonce) => Found::Busy(Token::Lease(*nonce)),
            Record::Mark(mark) => Found::Busy(Token::Mark(mark.id, mark.events)),
            Record::Tag(nonce, made) => Found::Tag(*nonce, *made),
        }
    }

    pub(super) fn value_here(&self) -> Option<(&Header, &Kept)> {
        match &self.record {
            Record::Value(held) => Some((&held.header, &held.value)),
            _ => None,
        }
    }

    /// What a compare-and-set looks at; a mark is never replaced by one.
    fn beginning(&self) -> Vec<u8> {
        match &self.record {
            Record::Value(held) => held.header.beginning(),
            Record::Lease(nonce) => record::lease(*nonce),
            Record::Mark(_) | Record::Tag(..) => Vec::new(),
        }
    }

    fn is(&self, expected: &Expected) -> bool {
        // A mark and a tag have no beginning, and nothing that stands for them either.
        !expected.beginning.is_empty() && expected.beginning == self.beginning()
    }

    fn version(&self) -> Option<u64> {
        match &self.record {
            Record::Value(held) => held.header.version,
            _ => None,
        }
    }

    fn is_lease(&self, nonce: Nonce) -> bool {
        matches!(self.record, Record::Lease(held) if held == nonce)
    }

    fn mark(&mut self) -> Option<&mut Mark> {
        match &mut self.record {
            Record::Mark(mark) => Some(mark),
            _ => None,
        }
    }
}

impl Mark {
    /// A writer goes; the last one out of a contended mark takes it along.
    fn end_of(&mut self, writer: Nonce) -> Change {
        self.writers.retain(|one| *one != writer);
        self.contend();
        if self.writers.is_empty() { Change::Remove } else { Change::Keep }
    }

    fn contend(&mut self) {
        self.contended = true;
        self.events += 1;
    }
}

pub(super) fn lease(
    slot: Option<&mut Slot>,
    nonce: Nonce,
    dead: Option<&Expected>,
    ends: Instant,
) -> (Change, Lease) {
    let free = match &slot {
        None => true,
        Some(slot) => dead.is_some_and(|dead| slot.is(dead)),
    };
    match slot {
        Some(slot) if !free => (Change::Keep, Lease::Held(slot.found())),
        _ => (Change::Put(Slot::lease(nonce, ends)), Lease::Granted),
    }
}

pub(super) fn renew(slot: Option<&mut Slot>, nonce: Nonce, ends: Instant) -> (Change, bool) {
    match slot {
        Some(slot) if slot.is_lease(nonce) => {
            slot.ends = ends;
            (Change::Keep, true)
        }
        _ => (Change::Keep, false),
    }
}

pub(super) fn claim(slot: Option<&mut Slot>, value: &Expected, claim: Claim, over: Over) -> (Change, bool) {
    let claimed = match slot.filter(|slot| slot.is(value)).map(|slot| &mut slot.record) {
        Some(Record::Value(held)) => {
            let takes = over.takes(held.header.claim);
            if takes {
                held.header.claim = claim;
            }
            takes
        }
        _ => false,
    };
    (Change::Keep, claimed)
}

/// Gives the tag that stands.
pub(super) fn open_tag(slot: Option<&mut Slot>, new: (Nonce, u64), ends: Instant) -> (Change, (Nonce, u64)) {
    match slot {
        Some(Slot { ends: stands, record: Record::Tag(nonce, made) }) => {
            // It outlives every entry that carries it.
            *stands = ends.max(*stands);
            (Change::Keep, (*nonce, *made))
        }
        _ => (Change::Put(Slot { ends, record: Record::Tag(new.0, new.1) }), new),
    }
}

/// A draft that is missing is one for which there is no room: what it was loaded under ends without a value.
pub(super) fn fill(
    slot: Option<&mut Slot>,
    under: &Expected,
    draft: &mut Option<Draft>,
    ends: Instant,
) -> (Change, Filled) {
    let Some(slot) = slot.filter(|slot| slot.is(under)) else { return (Change::Keep, Filled::Revoked) };
    if is_older(draft.as_ref(), slot.version()) {
        return (Change::Keep, Filled::Older);
    }
    match draft.take().and_then(|draft| Slot::value(draft, ends)) {
        Some(value) => (Change::Put(value), Filled::Stored),
        None => (Change::Remove, Filled::Revoked),
    }
}

/// Whether a value is older than what has that version; where one of them has none, nobody knows.
fn is_older(draft: Option<&Draft>, version: Option<u64>) -> bool {
    let its = draft.and_then(|draft| draft.header.version);
    its.zip(version).is_some_and(|(its, version)| its < version)
}

pub(super) fn release(slot: Option<&mut Slot>, under: &Expected) -> (Change, ()) {
    match slot {
        Some(slot) if slot.is(under) => (Change::Remove, ()),
        _ => (Change::Keep, ()),
    }
}

pub(super) fn begin_write(slot: Option<&mut Slot>, writer: Nonce, ends: Instant) -> (Change, Nonce) {
    let replaced = slot.as_ref().and_then(|slot| slot.version());
    match slot.and_then(Slot::mark) {
        Some(mark) => {
            mark.writers.push(writer);
            mark.contend();
            (Change::Keep, mark.id)
        }
        None => {
            let mark = Mark { id: writer, contended: false, writers: vec![writer], events: 0, replaced };
            (Change::Put(Slot { ends, record: Record::Mark(mark) }), writer)
        }
    }
}

pub(super) fn end_write(
    slot: Option<&mut Slot>,
    mark: Nonce,
    writer: Nonce,
    draft: &mut Option<(Draft, Duration)>,
    now: Instant,
) -> (Change, WriteEnd) {
    let Some(slot) = slot else {
        // The mark is gone, and what came after it too: who knows what happened in between.
        return (Change::Keep, WriteEnd::Contended);
    };
    match slot.mark().filter(|found| found.id == mark) {
        Some(mark) if !mark.contended => {
            // Read from a replica that lags behind.
            if is_older(draft.as_ref().map(|(draft, _)| draft), mark.replaced) {
                return (Change::Remove, WriteEnd::Removed);
            }
            match draft.take().and_then(|(draft, ttl)| Slot::value(draft, now + ttl)) {
                Some(value) => (Change::Put(value), WriteEnd::Stored),
                None => (Change::Remove, WriteEnd::Removed),
            }
        }
        Some(mark) => (mark.end_of(writer), WriteEnd::Contended),
        // The mark was evicted, and a reader may have filled in a value from before the commit, or is about to.
        None => (Change::Remove, WriteEnd::Contended),
    }
}

pub(super) fn abandon_write(slot: Option<&mut Slot>, writer: Nonce) -> (Change, ()) {
    match slot.and_then(Slot::mark) {
        // Others write. To take their mark away would let readers store what they read before those commit; but nothing is
        // stored under it either, as this writer may have committed without it.
        Some(mark) if !mark.writers.contains(&writer) => {
            mark.contend();
            (Change::Keep, ())
        }
        Some(mark) => (mark.end_of(writer), ()),
        None => (Change::Remove, ()),
    }
}

/// Gives whether a newer one stands there.
pub(super) fn put(slot: Option<&mut Slot>, draft: &mut Option<Draft>, ends: Instant) -> (Change, bool) {
    let newer = is_older(draft.as_ref(), slot.as_ref().and_then(|slot| slot.version()));
    if let Some(mark) = slot.and_then(Slot::mark) {
        mark.contend();
        return (Change::Keep, false);
    }
    if newer {
        return (Change::Keep, true);
    }
    match draft.take().and_then(|draft| Slot::value(draft, ends)) {
        Some(value) => (Change::Put(value), false),
        None => (Change::Remove, false),
    }
}

/// Gives whether a value or a lease stood there.
pub(super) fn invalidate(slot: Option<&mut Slot>, _: Instant) -> (Change, bool) {
    match slot {
        None => (Change::Keep, false),
        Some(slot) => match slot.mark() {
            Some(mark) => {
                mark.contend();
                (Change::Keep, false)
            }
            None => (Change::Remove, true),
        },
    }
}

/// For the interleaving checker: a value that is fresh until then at the most, with another claim. It stays the same value.
#[cfg(feature = "__interleaving")]
pub(super) fn change(slot: Option<&mut Slot>, fresh_until: u64, claim: Option<Claim>) -> Change {
    if let Some(Slot { record: Record::Value(Held { header, .. }), .. }) = slot {
        header.fresh_until = header.fresh_until.min(fresh_until);
        header.claim = claim.unwrap_or(header.claim);
    }
    Change::Keep
}
