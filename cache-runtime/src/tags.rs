//! Tags: thousands of entries that fall with one command.
//!
//! A tag is a key with a nonce. A value carries its tags' nonces as they were before it was loaded, and is good for as long as
//! each tag still has that nonce. Invalidating a tag removes its key: a tag that is missing is no good either, or what an
//! eviction takes would bring old values back. The next load makes it anew, before it reads the source; made when the value is
//! stored it would also hold for what was read before the invalidation.

use crate::key::Key;
use crate::record::{Found, Nonce, Tag};
use crate::store::{Answer, AnyStore, Budget};

/// Tags as they stand in the store; `None`: missing.
#[derive(Default)]
pub(crate) struct Standing(Vec<(Key, Option<Nonce>)>);

impl Standing {
    pub(crate) fn of(tags: &[Key], records: impl Iterator<Item = Answer<Found>>) -> Answer<Standing> {
        let standing = tags.iter().cloned().zip(records).map(|(tag, record)| Ok((tag, nonce(record?))));
        standing.collect::<Answer<_>>().map(Standing)
    }

    /// Reads the tags that values name and that are not known yet, in one round trip.
    pub(crate) async fn complete<'f>(
        mut self,
        store: &AnyStore,
        budget: &mut Budget,
        found: impl IntoIterator<Item = &'f Found>,
    ) -> Answer<Standing> {
        let mut missing: Vec<Key> = Vec::new();
        for tag in found.into_iter().flat_map(named) {
            let known = self.0.iter().map(|(key, _)| key).chain(&missing);
            if known.into_iter().all(|key| *key != *tag.key) {
                missing.push(Key::of_text(&tag.key));
            }
        }
        if missing.is_empty() {
            return Ok(self);
        }
        let queued: Vec<bool> = missing.iter().map(|tag| store.is_queued(tag)).collect();
        let asked: Vec<&Key> = missing.iter().collect();
        let records = store.read_many(budget, &asked).await?;
        for ((tag, record), queued) in missing.into_iter().zip(records).zip(queued) {
            self.0.push((tag, nonce(record?).filter(|_| !queued)));
        }
        Ok(self)
    }

    /// The nonces of declared tags, in their order.
    pub(crate) fn seen(&self, declared: &[Key]) -> Vec<Option<Nonce>> {
        let nonce = |tag: &Key| self.0.iter().find(|(key, _)| key == tag).and_then(|(_, nonce)| *nonce);
        declared.iter().map(nonce).collect()
    }

    /// Whether a value is good: it has all tags that are declared, and each of its tags is still the same.
    #[inline]
    pub(crate) fn hold(&self, tags: &[Tag], declared: &[Key]) -> bool {
        let stands =
            |tag: &Tag| self.0.iter().any(|(key, nonce)| *key == *tag.key && *nonce == Some(tag.nonce));
        tags.iter().all(stands) && declared.iter().all(|key| tags.iter().any(|tag| *key == *tag.key))
    }
}

/// Whether a record is a value with tags.
#[inline]
pub(crate) fn names_tags(found: &Found) -> bool {
    !named(found).is_empty()
}

fn named(found: &Found) -> &[Tag] {
    match found {
        Found::Value(stored) => stored.tags(),
        _ => &[],
    }
}

fn nonce(record: Found) -> Option<Nonce> {
    match record {
        Found::Tag(nonce, _) => Some(nonce),
        _ => None,
    }
}
