//! The tags of a value that is loaded: read before the load.

use std::time::Duration;

use super::miss::Miss;
use crate::error::CacheError;
use crate::key::Key;
use crate::policy::Policy;
use crate::read::Call;
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
    let opened = store.open_tags(budget, call.tags, lifetime(call.policy)).await;
    let opened = opened.inspect_err(|_| call.site.counters.store_errors.one())?;
    Ok(Some(call.tags.iter().zip(opened).map(|(key, (nonce, _))| tag(key, nonce)).collect()))
}

pub(super) async fn open<V, E>(miss: &mut Miss<'_, V, E>) -> Result<Tags, CacheError> {
    declared(miss.call, miss.store, &mut miss.budget).await
}

/// Adds the tags that the loaded value names. `None`: one of them is not known to stand since before the load, so nobody can
/// tell whether the value is older than its last invalidation.
pub(super) async fn named<V, E>(
    miss: &mut Miss<'_, V, E>,
    declared: Tags,
    names: &[Key],
    load_began: u64,
) -> Option<Tags> {
    if names.is_empty() {
        return Some(declared);
    }
    let call = miss.call;
    let mut tags = declared.map(|tags| tags.to_vec()).unwrap_or_default();
    if tags.len() + names.len() > MOST_TAGS || names.iter().any(|name| miss.store.is_queued(name)) {
        call.site.counters.unstorable.one();
        return None;
    }
    let Ok(opened) = miss.store.open_tags(&mut miss.budget, names, lifetime(call.policy)).await else {
        call.site.counters.store_errors.one();
        return None;
    };
    for (key, (nonce, made)) in names.iter().zip(opened) {
        if made.saturating_add(SETTLED_MILLIS) > load_began {
            return None;
        }
        tags.push(tag(key, nonce));
    }
    Some(Some(tags.into()))
}

fn tag(key: &Key, nonce: Nonce) -> Tag {
    Tag { key: key.as_str().into(), nonce }
}

fn lifetime(policy: &Policy) -> Duration {
    policy.time_to_live() + policy.stale_window() + MARGIN
}
