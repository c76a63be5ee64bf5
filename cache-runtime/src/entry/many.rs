//! Many entries in one round trip.

use crate::call::{Call, Entries};
use crate::draft::Facts;
use crate::error::CacheError;
use crate::key::Key;
use crate::load::tags;
use crate::read_many::Calls;
use crate::transaction;
use crate::value::{Value, keep};

/// Many reads as one command, of those that are not in this process.
pub(crate) async fn get_many<V: Value>(entries: Entries<'_>, keys: &[Key]) -> Vec<Option<V>> {
    let mut values: Vec<Option<V>> = keys.iter().map(|_| None).collect();
    let calls = Calls::new::<V>(entries, keys);
    let Entries { site, cache, .. } = entries;
    let mut which: Vec<usize> = (0..keys.len()).collect();
    if transaction::is_open() {
        which.retain(|at| !transaction::has_changed(cache, &keys[*at]));
        site.counters.misses().add((keys.len() - which.len()) as u64);
    }
    let far = calls.take_near(which, &mut values);
    if let Some(store) = cache.store() {
        calls.look(far, store, &mut cache.budget(), &mut values).await;
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
    let newer = store.put(budget, entries).await.inspect_err(|_| site.counters.store_errors().one())?;
    site.counters.older().add(newer);
    site.counters.writes().add(count - newer.min(count));
    Ok(())
}
