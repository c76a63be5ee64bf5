//! Many entries in one round trip.

use std::sync::Arc;

use crate::cache::Cache;
use crate::draft::Facts;
use crate::error::CacheError;
use crate::key::Key;
use crate::load::tags;
use crate::read::Call;
use crate::record::Found;
use crate::site::Site;
use crate::tags::Standing;
use crate::transaction;
use crate::value::{Shape, Value};

/// Many reads as one command.
pub(crate) async fn get_many<V: Value>(
    cache: &Cache,
    site: &'static Site,
    keys: &[Key],
    schema: Shape,
) -> Vec<Option<V>> {
    let nothing = || keys.iter().map(|_| None).collect();
    let Some(store) = cache.store() else { return nothing() };
    if keys.is_empty() {
        return Vec::new();
    }
    // Before the read: what is queued later was not invalidated when this began.
    let queued: Vec<bool> =
        keys.iter().map(|key| store.is_queued(key) || transaction::has_changed(cache, key)).collect();
    let budget = &mut cache.budget();
    let found = match store.read_many(budget, keys).await {
        Ok(found) => found,
        Err(_) => {
            site.counters.store_errors.one();
            site.counters.misses.add(keys.len() as u64);
            return nothing();
        }
    };
    // What the values themselves name, for all of them in one round trip.
    let Ok(tags) = Standing::default().complete(store, budget, &found).await else {
        site.counters.store_errors.one();
        site.counters.misses.add(keys.len() as u64);
        return nothing();
    };
    let values = keys.iter().zip(found).zip(queued).map(|((key, found), queued)| {
        let found = if queued { Found::Absent } else { found };
        let call = Call::new(site, cache, key, schema);
        call.answer(call.interpret(found, &tags)).ok().flatten().map(Arc::unwrap_or_clone)
    });
    values.collect()
}

/// Stores many values in one round trip.
pub(crate) async fn put<V: Value>(calls: &[Call<'_>], values: &[&V]) -> Result<(), CacheError> {
    let Some(Call { site, cache, .. }) = calls.first() else { return Ok(()) };
    let Some(store) = cache.store() else { return Ok(()) };
    let budget = &mut cache.budget();
    let mut entries = Vec::with_capacity(calls.len());
    for (call, value) in calls.iter().zip(values) {
        let tags = tags::declared(*call, store, budget).await?;
        let facts = Facts { tags, ..Facts::default() };
        if let Some((draft, ttl)) = call.try_draft(Some(&Arc::new((*value).clone())), &facts)? {
            entries.push((call.key.clone(), draft, ttl));
        }
    }
    let count = entries.len() as u64;
    let newer = store.put(budget, entries).await.inspect_err(|_| site.counters.store_errors.one())?;
    site.counters.older.add(newer);
    site.counters.writes.add(count - newer.min(count));
    Ok(())
}
