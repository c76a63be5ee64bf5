//! Loads inside of a transaction: what they read may not be committed yet, or may be from a snapshot that is older than an
//! invalidation. So they are for their callers alone.

use super::Outcome;
use super::loaded::Loading;
use super::miss::run;
use super::sharing::Failure;
use crate::call::Call;
use crate::store::AnyStore;
use crate::transaction::Pending;

/// What the cache holds, unless the transaction has changed it; else what `loader` returns, which nobody shares and
/// nothing stores.
pub(super) async fn load_inside(
    call: Call<'_>,
    store: &AnyStore,
    pending: &Pending,
    loader: Loading,
) -> Outcome {
    if pending.has_changed(call.cache, call.key) {
        call.site.counters.misses().one();
    } else {
        let look = call.look(store, &mut call.cache.budget()).await;
        if let Ok(value) = call.answer(look) {
            return Ok(value);
        }
    }
    run(call, loader).await.map(|load| load.value).map_err(|_| Failure::Own)
}
