//! Reading many entries of one declaration in one round trip.

use crate::error::CacheError;
use crate::key::Key;
use crate::near::Ticket;
use crate::read::{Call, Look};
use crate::store::{Answer, AnyStore, Budget};
use crate::tags::Standing;

/// What stands at each. They declare no tags; those that the values name are read with one more round trip.
pub(crate) async fn look_many(
    calls: &[Call<'_>],
    store: &AnyStore,
    budget: &mut Budget,
) -> Answer<Vec<Look>> {
    // Before anything else: what comes after this is noticed.
    let tickets: Vec<Option<Ticket>> = match store.near() {
        Some(_) => calls.iter().map(Call::near_ticket).collect(),
        None => Vec::new(),
    };
    let queued: Vec<bool> = calls.iter().map(|call| call.is_queued(store)).collect();
    let keys: Vec<&Key> = calls.iter().map(|call| call.key).collect();
    let found = store.read_many(budget, &keys).await?;
    // What the values themselves name, for all of them in one round trip.
    let tags = Standing::default().complete(store, budget, &found).await?;
    let now = store.now();
    let mut tickets = tickets.into_iter();
    // Each record is freed right after it was decoded: the next value then takes its place in the processor's cache.
    let looks = calls.iter().zip(found).zip(queued).map(|((call, found), queued)| {
        let ticket = tickets.next().flatten();
        if queued { Look::Unknown(not_told_yet()) } else { call.look_at(&found, &tags, now, ticket) }
    });
    Ok(looks.collect())
}

/// An invalidation is newer than whatever the store has.
pub(crate) fn not_told_yet() -> CacheError {
    CacheError::Unavailable { reason: "an invalidation of this key has yet to reach the server".into() }
}
