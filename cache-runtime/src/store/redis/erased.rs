//! Rare steps of many layers, as futures without a type of their own.
//!
//! The compiler follows the types of what a function waits for to a depth of 128 (`recursion_limit`), in the user's crate too, where
//! an `async fn` of this one is compiled for whoever calls it. Scans of a cluster take nearly all of that. These functions are none,
//! and are compiled here alone.

use std::pin::Pin;

use super::admin::ServerHealth;
use super::{Config, RedisStore};
use crate::key::Pattern;
use crate::manager::StoreStats;
use crate::store::{Answer, Store as _};

type Step<'a, T> = Pin<Box<dyn Future<Output = Answer<T>> + Send + 'a>>;

pub(crate) struct Erased<'a>(&'a RedisStore);

impl RedisStore {
    pub(crate) fn erased(&self) -> Erased<'_> {
        Erased(self)
    }
}

impl<'a> Erased<'a> {
    #[inline(never)]
    pub(crate) fn connect(url: &'a str, config: Config) -> Step<'a, RedisStore> {
        Box::pin(RedisStore::connect(url, config))
    }

    #[inline(never)]
    pub(crate) fn invalidate_matching(&self, pattern: &'a Pattern) -> Step<'a, u64> {
        Box::pin(self.0.invalidate_matching(pattern))
    }

    #[inline(never)]
    pub(crate) fn clear(&self, namespace: &'a str) -> Step<'a, u64> {
        Box::pin(self.0.clear(namespace))
    }

    #[inline(never)]
    pub(crate) fn health(&self) -> Step<'a, ServerHealth> {
        Box::pin(self.0.health())
    }

    #[inline(never)]
    pub(crate) fn stats(&self) -> Step<'a, StoreStats> {
        Box::pin(self.0.stats())
    }
}
