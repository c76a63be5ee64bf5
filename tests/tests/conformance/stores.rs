//! The stores under test.

use std::time::Duration;

use cache_runtime::{Cache, CacheBuilder};
use cache_tests::RedisServer;

pub(crate) struct Store {
    pub(crate) one: Cache,
    pub(crate) other: Cache,
    pub(crate) server: Option<RedisServer>,
}

impl Store {
    pub(crate) async fn memory() -> Store {
        let one = patient(Cache::builder()).build().await.expect("a cache");
        Store { other: one.clone(), one, server: None }
    }

    pub(crate) async fn redis() -> Store {
        let server = RedisServer::start();
        let connect = || patient(Cache::builder()).url(server.url()).require_connection().build();
        let (one, other) = (connect().await.expect("a cache"), connect().await.expect("a cache"));
        Store { one, other, server: Some(server) }
    }

    /// Whether any key is left: a lease or a mark that was forgotten.
    pub(crate) async fn keys(&self) -> u64 {
        cache_runtime::CacheManager::new(&self.one).stats().await.store.entries.expect("a number of entries")
    }
}

/// A busy machine must not make a test fail that is not about deadlines.
pub(crate) fn patient(builder: CacheBuilder) -> CacheBuilder {
    builder.deadline(Duration::from_secs(10)).wait(Duration::from_secs(60))
}

/// Runs each test on every store. The body is there once for each, so that what it declares has counters of its own.
macro_rules! on_every_store {
    ($($(#[$attribute:meta])* async fn $name:ident($store:ident: Store) $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports, reason = "not every test needs all of its neighbours' imports")]
            use super::*;
            use crate::stores::Store;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn memory() {
                let $store = Store::memory().await;
                $body
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn redis() {
                let $store = Store::redis().await;
                $body
            }
        }
    )*};
}
