//! The tags of a value that is loaded: read before the load.

use std::time::Duration;

use super::loaded::Terms;
use super::miss::Miss;
use crate::call::Call;
use crate::error::CacheError;
use crate::key::Key;
use crate::policy::Policy;
use crate::record::{MOST_TAGS, Nonce, Tag, Tags};
use crate::store::{AnyStore, Budget};

/// How much longer a tag lives than an entry that is stored now: a load may take a while.
const MARGIN: Duration = Duration::from_secs(10 * 60);

/// A tag that the loaded value names has to be older than the load by this much: clocks are read at different places.
const SETTLED_MILLIS: u64 = 1000;

/// Makes the declared tags that are missing, and gives them all as they stand.
pub(crate) async fn declared(
    call: Call<'_>,
    store: &AnyStore,
    budget: &mut Budget,
) -> Result<Tags, CacheError> {
    if call.tags.is_empty() {
        return Ok(None);
    }
    let opened = store.open_tags(budget, call.tags, lifetime(call.policy, Duration::ZERO)).await;
    let opened = opened.inspect_err(|_| call.site.counters.store_errors().one())?;
    Ok(Some(call.tags.iter().zip(opened).map(|(key, (nonce, _))| tag(key, nonce)).collect()))
}

pub(super) async fn open(miss: &mut Miss<'_>) -> Result<Tags, CacheError> {
    declared(miss.call, miss.store, &mut miss.budget).await
}

/// Adds the tags that the loaded value names, and lets all of them live as long as the value, which may be kept for longer than
/// is declared. `None`: one of those named is not known to stand since before the load, so nobody can tell whether the value is
/// older than its last invalidation.
pub(super) async fn for_terms(
    miss: &mut Miss<'_>,
    declared: Tags,
    terms: &Terms,
    load_began: u64,
) -> Option<Tags> {
    let (call, names) = (miss.call, &terms.tags);
    // What is out of range is refused with the value.
    let ttl = terms.ttl.filter(|ttl| Policy::new(*ttl).problem().is_none()).unwrap_or_default();
    let outlived = if ttl > call.policy.time_to_live() { call.tags } else { &[] };
    if names.is_empty() && outlived.is_empty() {
        return Some(declared);
    }
    let mut tags = declared.map(|tags| tags.to_vec()).unwrap_or_default();
    if tags.len() + names.len() > MOST_TAGS || names.iter().any(|name| miss.store.is_queued(name)) {
        call.site.counters.unstorable().one();
        return None;
    }
    let keys = [outlived, names].concat();
    let Ok(opened) = miss.store.open_tags(&mut miss.budget, &keys, lifetime(call.policy, ttl)).await else {
        call.site.counters.store_errors().one();
        return None;
    };
    // The value keeps the declared ones as they were before the load.
    for (key, (nonce, made)) in names.iter().zip(opened.into_iter().skip(outlived.len())) {
        if made.saturating_add(SETTLED_MILLIS) > load_began {
            return None;
        }
        tags.push(tag(key, nonce));
    }
    Some((!tags.is_empty()).then(|| tags.into()))
}

fn tag(key: &Key, nonce: Nonce) -> Tag {
    Tag { key: key.as_str().into(), nonce }
}

/// How long the tags live of an entry that is kept as declared, or for `ttl` if that is longer.
fn lifetime(policy: &Policy, ttl: Duration) -> Duration {
    policy.time_to_live().max(ttl) + policy.stale_window() + MARGIN
}
