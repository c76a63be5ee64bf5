//! What a load holds in the store while it runs.

use crate::cache::Cache;
use crate::error::CacheError;
use crate::key::Key;
use crate::record::{Claim, Expected, Nonce, Over};
use crate::store::AnyStore;

/// Whoever holds it may replace exactly that by what he has loaded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Hold {
    /// Nothing stood there: a lease does.
    Lease(Nonce),
    /// The value that is loaded anew, claimed.
    Claim(Expected),
}

impl Hold {
    /// What has to stand there still when the load is done.
    pub(crate) fn expected(&self) -> Expected {
        match self {
            Hold::Lease(nonce) => Expected::lease(*nonce),
            Hold::Claim(value) => value.clone(),
        }
    }

    /// Lets somebody else load.
    pub(crate) async fn give_back(&self, cache: &Cache, key: &Key) -> Result<(), CacheError> {
        let Some(store) = cache.store() else { return Ok(()) };
        let budget = &mut cache.budget();
        match self {
            Hold::Lease(_) => store.release(budget, key, &self.expected()).await,
            Hold::Claim(value) => store.claim(budget, key, value, Claim::Free, Over::Any).await.map(|_| ()),
        }
    }

    /// Gives the load more time.
    pub(super) async fn renew(&self, cache: &Cache, key: &Key) -> Result<(), CacheError> {
        let Some(store) = cache.store() else { return Ok(()) };
        let (budget, time) = (&mut cache.budget(), cache.settings().lease);
        match self {
            Hold::Lease(nonce) => store.renew(budget, key, *nonce, time).await.map(|_| ()),
            Hold::Claim(value) => {
                let claim = Claim::Loading(end(store, time));
                store.claim(budget, key, value, claim, Over::Loading).await.map(|_| ())
            }
        }
    }
}

/// When a time that begins now ends, by the store's clock.
pub(super) fn end(store: &AnyStore, time: std::time::Duration) -> u64 {
    store.now().saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
