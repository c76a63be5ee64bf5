//! The handle to a cache: a store, and what runs on top of it.

mod builder;
mod near;
mod settings;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

pub use builder::CacheBuilder;
pub use near::NearCache;
pub(crate) use settings::Settings;

use crate::background::in_background;
use crate::error::CacheError;
use crate::load::{Flights, Hold};
use crate::near::Near;
use crate::shed::Shedding;
use crate::store::memory::MemoryStore;
use crate::store::{AnyStore, Budget};

/// A cache: where entries are kept, and the loads that are under way. Cheap to clone; clones are the same cache.
///
/// ```
/// use cache_runtime::prelude::*;
///
/// let cache = Cache::memory(); // embedded: no server, nothing to install
/// assert_eq!(cache.to_string(), "memory");
/// ```
#[derive(Clone)]
pub struct Cache {
    inner: Arc<Inner>,
}

struct Inner {
    /// `None`: nothing is cached.
    store: Option<Kept>,
    flights: Arc<Flights>,
    settings: Settings,
    shedding: Shedding,
    /// What functions keep that are not async, beside a server.
    in_process: OnceLock<Cache>,
}

#[cfg(not(feature = "__interleaving"))]
type Kept = AnyStore;
/// Several caches on one memory store take the part of several processes.
#[cfg(feature = "__interleaving")]
type Kept = Arc<AnyStore>;

static INSTALLED: OnceLock<Cache> = OnceLock::new();

impl Cache {
    /// An embedded cache in this process, of 64 MiB.
    pub fn memory() -> Cache {
        match Cache::builder().build_memory() {
            Ok(cache) => cache,
            // The defaults are in range; were they not, no cache is better than no program.
            Err(_) => Cache::disabled(),
        }
    }

    /// A cache on a Redis or Valkey server: `redis://[user[:password]@]host[:port][/database]`, `rediss://…` for TLS (with
    /// the feature `tls`), `valkey://…`, or `unix:///path/to/socket?db=1`.
    ///
    /// `redis-sentinel://[user[:password]@]host[:port],host[:port]…/service[/database]` names sentinels, which are asked for the
    /// master at every connect; credentials of their own stand in `?sentinel_user=…&sentinel_password=…`.
    /// `redis-cluster://[user[:password]@]host[:port],host[:port]…` names some nodes of a cluster; each key is asked for at the
    /// primary that has it, wherever that moves. `rediss-sentinel://…` and `rediss-cluster://…` are the same with TLS.
    ///
    /// A server that can't be reached is no error: the program starts, functions call their loaders, and the cache connects
    /// in the background. [`CacheBuilder::require_connection`] asks for the error instead.
    ///
    /// # Errors
    ///
    /// [`CacheError::InvalidUrl`] for a URL that can't be read, [`CacheError::Refused`] where the server does not take the
    /// credentials.
    pub async fn connect(url: &str) -> Result<Cache, CacheError> {
        Cache::builder().url(url).build().await
    }

    /// The cache that the environment variable `CACHE_URL` names; the embedded one where it is not set or empty.
    ///
    /// # Errors
    ///
    /// As [`Cache::connect`].
    pub async fn from_env() -> Result<Cache, CacheError> {
        match std::env::var("CACHE_URL") {
            Ok(url) if !url.is_empty() => Cache::connect(&url).await,
            Ok(_) | Err(std::env::VarError::NotPresent) => Ok(Cache::memory()),
            Err(std::env::VarError::NotUnicode(_)) => Err(CacheError::InvalidUrl {
                url: "CACHE_URL".into(),
                reason: "the environment variable is not UTF-8".into(),
            }),
        }
    }

    /// A cache that keeps nothing: every call runs its loader. For tests, and to switch caching off.
    pub fn disabled() -> Cache {
        Cache::with_store(None, Settings::default())
    }

    /// Settings beyond the defaults.
    pub fn builder() -> CacheBuilder {
        CacheBuilder::default()
    }

    /// Makes this the process-wide cache, which everything uses that was not given another one.
    ///
    /// # Errors
    ///
    /// [`CacheError::AlreadyInstalled`], also where a cached function was called before: it had to take a cache.
    pub fn install(self) -> Result<(), CacheError> {
        INSTALLED.set(self).map_err(|_| CacheError::AlreadyInstalled)
    }

    /// The process-wide cache. Where none was installed: an embedded one, which then is the installed one.
    pub fn installed() -> &'static Cache {
        INSTALLED.get_or_init(|| {
            tracing::warn!(
                "no cache was installed; values are kept in this process (`Cache::install` chooses)"
            );
            Cache::memory()
        })
    }

    /// Whether this cache keeps anything at all.
    pub fn is_enabled(&self) -> bool {
        self.inner.store.is_some()
    }

    /// The deadline of the store's steps within one call.
    pub fn deadline(&self) -> Duration {
        self.inner.settings.deadline
    }

    fn with_store(store: Option<AnyStore>, settings: Settings) -> Cache {
        #[cfg(feature = "__interleaving")]
        let store = store.map(Arc::new);
        Cache::on(store, settings)
    }

    #[cfg(feature = "__interleaving")]
    pub(crate) fn sibling(&self) -> Cache {
        Cache::on(self.inner.store.clone(), self.inner.settings.clone())
    }

    fn on(store: Option<Kept>, settings: Settings) -> Cache {
        let inner = Arc::new_cyclic(|inner: &std::sync::Weak<Inner>| {
            let inner = inner.clone();
            let flights = Flights::new(move |key, hold: Hold| {
                let Some(inner) = inner.upgrade() else { return };
                let (cache, key) = (Cache { inner }, key.clone());
                let runtime = cache.runtime().cloned();
                in_background(runtime.as_ref(), async move {
                    if let Err(error) = hold.give_back(&cache, &key).await {
                        tracing::debug!(%key, %error, "a lease could not be given back and ends by its time");
                    }
                });
            });
            Inner { store, flights, settings, shedding: Shedding::default(), in_process: OnceLock::new() }
        });
        Cache { inner }
    }

    pub(crate) fn store(&self) -> Option<&AnyStore> {
        #[cfg(feature = "__interleaving")]
        return self.inner.store.as_deref();
        #[cfg(not(feature = "__interleaving"))]
        self.inner.store.as_ref()
    }

    /// Where the store's connection lives, if it has one.
    pub(crate) fn runtime(&self) -> Option<&tokio::runtime::Handle> {
        match self.store()? {
            AnyStore::Memory(_) => None,
            #[cfg(feature = "redis")]
            AnyStore::Redis(store) => Some(store.runtime()),
        }
    }

    /// The clock that bounds the steps on a server.
    pub(crate) fn clock(&self) -> Option<&tokio::runtime::Handle> {
        match self.store()? {
            AnyStore::Memory(_) => None,
            #[cfg(feature = "redis")]
            AnyStore::Redis(store) => Some(store.clock()),
        }
    }

    /// The store that is in this process, if it is that.
    #[inline]
    pub(crate) fn embedded(&self) -> Option<&MemoryStore> {
        self.store()?.embedded()
    }

    /// What of a server's entries is in this process too.
    #[inline]
    pub(crate) fn near(&self) -> Option<&Near> {
        self.store()?.near()
    }

    /// Whether both are handles of one cache.
    pub(crate) fn is(&self, other: &Cache) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Tells caches apart for as long as they are there.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.inner) as usize
    }

    /// The cache in this process: itself, or beside a server one of its own.
    pub(crate) fn in_process(&self) -> &Cache {
        match self.store() {
            None | Some(AnyStore::Memory(_)) => self,
            #[cfg(feature = "redis")]
            Some(AnyStore::Redis(_)) => self.inner.in_process.get_or_init(|| {
                let settings = self.settings().clone();
                Cache::with_store(Some(AnyStore::Memory(MemoryStore::new(settings.memory_bytes))), settings)
            }),
        }
    }

    /// The one beside the server, if anything has been kept there.
    pub(crate) fn beside(&self) -> Option<&Cache> {
        self.inner.in_process.get()
    }

    pub(crate) fn flights(&self) -> &Arc<Flights> {
        &self.inner.flights
    }

    pub(crate) fn shedding(&self) -> &Shedding {
        &self.inner.shedding
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The store's time for one call.
    pub(crate) fn budget(&self) -> Budget {
        Budget::new(self.inner.settings.deadline)
    }
}

/// `memory`, `disabled`, or the server's address without its password.
impl fmt::Display for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.store() {
            None => f.write_str("disabled"),
            Some(AnyStore::Memory(_)) => f.write_str("memory"),
            #[cfg(feature = "redis")]
            Some(AnyStore::Redis(store)) => f.write_str(store.address()),
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({self})")
    }
}
