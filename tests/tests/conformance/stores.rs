//! The stores under test.

use std::ops::Deref;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cache_runtime::{Cache, CacheBuilder};
use cache_tests::{RedisCluster, RedisServer, Sentinels};
use redis::FromRedisValue;
use tokio::sync::{Semaphore, SemaphorePermit};

pub(crate) struct Store {
    pub(crate) one: Cache,
    pub(crate) other: Cache,
    pub(crate) server: Option<Server>,
}

impl Store {
    pub(crate) async fn memory() -> Store {
        let one = patient(Cache::builder()).build().await.expect("a cache");
        Store { other: one.clone(), one, server: None }
    }

    pub(crate) async fn redis() -> Store {
        Store::on(Server::One(RedisServer::start())).await
    }

    pub(crate) async fn sentinel() -> Store {
        Store::on(Server::Sentinel(SENTINELS.lend().await)).await
    }

    pub(crate) async fn cluster() -> Store {
        Store::on(Server::Cluster(CLUSTERS.lend().await)).await
    }

    async fn on(server: Server) -> Store {
        let connect = || patient(Cache::builder()).url(server.url()).require_connection().build();
        let (one, other) = (connect().await.expect("a cache"), connect().await.expect("a cache"));
        Store { one, other, server: Some(server) }
    }

    /// Whether any key is left: a lease or a mark that was forgotten.
    pub(crate) async fn keys(&self) -> u64 {
        cache_runtime::CacheManager::new(&self.one).stats().await.store.entries.expect("a number of entries")
    }
}

/// What is behind a store, to look past the cache.
pub(crate) enum Server {
    One(RedisServer),
    Sentinel(Lent<Sentinels>),
    Cluster(Lent<RedisCluster>),
}

impl Server {
    pub(crate) fn url(&self) -> String {
        match self {
            Server::One(server) => server.url(),
            Server::Sentinel(set) => set.url(),
            Server::Cluster(cluster) => cluster.url(),
        }
    }

    pub(crate) fn is_cluster(&self) -> bool {
        matches!(self, Server::Cluster(_))
    }

    /// The port of the first server that the URL names.
    pub(crate) fn port(&self) -> u16 {
        match self {
            Server::One(server) => server.port(),
            Server::Sentinel(set) => set.ports()[0],
            Server::Cluster(cluster) => cluster.nodes[0].port(),
        }
    }

    /// Runs a command; on a cluster where its key is.
    #[track_caller]
    pub(crate) fn query<T: FromRedisValue>(&self, command: &[&str]) -> T {
        match self {
            Server::One(server) => server.query(command),
            Server::Sentinel(set) => set.servers[0].query(command),
            Server::Cluster(cluster) => cluster.query(command),
        }
    }

    #[track_caller]
    pub(crate) fn command(&self, command: &[&str]) {
        let _: redis::Value = self.query(command);
    }

    pub(crate) fn commands_processed(&self, command: &str) -> u64 {
        match self {
            Server::One(server) => server.commands_processed(command),
            Server::Sentinel(set) => set.servers[0].commands_processed(command),
            Server::Cluster(cluster) => cluster.commands_processed(command),
        }
    }
}

/// Several servers take seconds to come to terms, so that a few sets of them serve all tests: one test at a time, and empty.
struct Pool<S> {
    turns: Semaphore,
    free: Mutex<Vec<S>>,
    start: fn() -> S,
    flush: fn(&S),
}

static SENTINELS: Pool<Sentinels> = Pool::new(
    || Sentinels::steady(1),
    |set| {
        set.servers[0].command(&["FLUSHALL"]);
    },
);
static CLUSTERS: Pool<RedisCluster> =
    Pool::new(RedisCluster::start, |cluster| cluster.command(&["FLUSHALL"]));

impl<S: Send + 'static> Pool<S> {
    const fn new(start: fn() -> S, flush: fn(&S)) -> Pool<S> {
        Pool { turns: Semaphore::const_new(2), free: Mutex::new(Vec::new()), start, flush }
    }

    async fn lend(&'static self) -> Lent<S> {
        let turn = self.turns.acquire().await.expect("it is never closed");
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let start = || {
            let servers = free.unwrap_or_else(self.start);
            (self.flush)(&servers);
            servers
        };
        let servers = tokio::task::spawn_blocking(start).await.expect("a set of servers");
        Lent { lent: Some(servers), pool: self, _turn: turn }
    }
}

/// Servers of a pool, to which they go back.
pub(crate) struct Lent<S: Send + 'static> {
    lent: Option<S>,
    pool: &'static Pool<S>,
    _turn: SemaphorePermit<'static>,
}

impl<S: Send + 'static> Deref for Lent<S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.lent.as_ref().expect("they are lent until this is dropped")
    }
}

impl<S: Send + 'static> Drop for Lent<S> {
    fn drop(&mut self) {
        self.pool.free.lock().unwrap_or_else(PoisonError::into_inner).extend(self.lent.take());
    }
}

/// A busy machine must not make a test fail that is not about deadlines; nor does a lease or a claim that was left behind end
/// while a test waits for it to be given back.
pub(crate) fn patient(builder: CacheBuilder) -> CacheBuilder {
    builder.deadline(Duration::from_secs(10)).wait(Duration::from_secs(60)).lease(Duration::from_secs(600))
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

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sentinel() {
                let $store = Store::sentinel().await;
                $body
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn cluster() {
                let $store = Store::cluster().await;
                $body
            }
        }
    )*};
}
