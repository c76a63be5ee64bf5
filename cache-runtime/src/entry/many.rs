//! Many entries in one round trip.

use crate::cache::Cache;
use crate::draft::Facts;
use crate::error::CacheError;
use crate::key::Key;
use crate::load::tags;
use crate::read::Call;
use crate::read_many::look_many;
use crate::site::Site;
use crate::transaction;
use crate::value::{Shape, Value, give, keep};

/// Many reads as one command, of those that are not in this process.
pub(crate) async fn get_many<V: Value>(
    cache: &Cache,
    site: &'static Site,
    keys: &[Key],
    schema: Shape,
) -> Vec<Option<V>> {
    let mut values: Vec<Option<V>> = Vec::with_capacity(keys.len());
    let (mut places, mut calls) = (Vec::new(), Vec::new());
    for (place, key) in keys.iter().enumerate() {
        let call = Call::new::<V>(site, cache, key, schema);
        if transaction::has_changed(cache, key) {
            site.counters.misses.one();
            values.push(None);
        } else if let Some(value) = call.near_hit() {
            values.push(value);
        } else {
            places.push(place);
            calls.push(call);
            values.push(None);
        }
    }
    let Some(store) = cache.store() else { return values };
    if calls.is_empty() {
        return values;
    }
    let Ok(looks) = look_many(&calls, store, &mut cache.budget()).await else {
        site.counters.store_errors.one();
        site.counters.misses.add(calls.len() as u64);
        return values;
    };
    for ((place, call), look) in places.into_iter().zip(calls).zip(looks) {
        values[place] = call.answer(look).ok().flatten().and_then(give);
    }
    values
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
        if let Some((draft, ttl)) = call.try_draft(Some(&keep((*value).clone())), &facts)? {
            entries.push((call.key.clone(), draft, ttl));
        }
    }
    let count = entries.len() as u64;
    let newer = store.put(budget, entries).await.inspect_err(|_| site.counters.store_errors.one())?;
    site.counters.older.add(newer);
    site.counters.writes.add(count - newer.min(count));
    Ok(())
}
