//! The steps of a batch: the same as those of single entries, each at its own key, for all of them in one round trip.

use std::future::Future;
use std::time::Duration;

use super::{Answer, Filled, Lease};
use crate::key::Key;
use crate::record::{Draft, Expected, Nonce};

/// A lease that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) key: Key,
    pub(crate) nonce: Nonce,
    /// What it may take the place of.
    pub(crate) dead: Option<Expected>,
}

/// What becomes of something that is held: a value takes its place, or nothing.
#[derive(Debug)]
pub(crate) struct Settle {
    pub(crate) key: Key,
    pub(crate) under: Expected,
    pub(crate) draft: Option<(Draft, Duration)>,
}

/// Each answer stands in its question's place; an error of all of them says that there was nobody to ask.
pub(crate) trait StoreMany {
    fn lease_many(
        &self,
        asks: &[Ask],
        time: Duration,
    ) -> impl Future<Output = Answer<Vec<Answer<Lease>>>> + Send;

    fn renew_many(&self, leases: &[(Key, Nonce)], time: Duration) -> impl Future<Output = Answer<()>> + Send;

    fn settle_many(&self, settles: Vec<Settle>) -> impl Future<Output = Answer<Vec<Answer<Filled>>>> + Send;
}
