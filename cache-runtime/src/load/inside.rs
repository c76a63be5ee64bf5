//! Loads inside of a transaction: what they read may not be committed yet, or may be from a snapshot that is older than an
//! invalidation. So they are for their callers alone.

use std::future::Future;
use std::sync::Arc;

use super::loaded::Load;
use super::miss::run;
use crate::read::Call;
use crate::store::AnyStore;
use crate::transaction::Pending;
use crate::value::Value;

/// What the cache holds, unless the transaction has changed it; else what `loader` returns, which nobody shares and
/// nothing stores.
pub(super) async fn load_inside<V, E, F, Fut>(
    call: Call<'_>,
    store: &AnyStore,
    pending: &Pending,
    loader: F,
) -> Result<Option<V>, E>
where
    V: Value,
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<Load<Option<V>>, E>>,
{
    if pending.has_changed(call.cache, call.key) {
        call.site.counters.misses.one();
    } else {
        let look = call.look(store, &mut call.cache.budget()).await;
        if let Ok(value) = call.answer(look) {
            return Ok(value.map(Arc::unwrap_or_clone));
        }
    }
    run(call, loader).await.map(|load| load.value)
}
