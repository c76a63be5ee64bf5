//! Settings beyond the defaults.

use std::fmt;
use std::time::Duration;

use super::settings::check_duration;
use super::{Cache, NearCache, Settings};
use crate::error::CacheError;
use crate::store::AnyStore;
use crate::store::memory::MemoryStore;

/// Less than this is no cache, and is most likely a number of megabytes.
const SMALLEST_MEMORY_BYTES: u64 = 64 << 10;

/// Builds a [`Cache`]. Every setting that is out of range is an error that names it.
///
/// ```
/// use std::time::Duration;
/// use cache_runtime::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), CacheError> {
/// let cache = Cache::builder().memory_megabytes(16).deadline(Duration::from_millis(50)).build().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct CacheBuilder {
    url: Option<String>,
    settings: Settings,
    connect_timeout: Duration,
    require_connection: bool,
    trust_restarts: bool,
    near: Option<NearCache>,
}

/// Without the URL, which may hold a password.
impl fmt::Debug for CacheBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.as_ref().map(|_| "***");
        f.debug_struct("CacheBuilder")
            .field("url", &url)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Default for CacheBuilder {
    fn default() -> CacheBuilder {
        CacheBuilder {
            url: None,
            settings: Settings::default(),
            connect_timeout: Duration::from_secs(2),
            require_connection: false,
            trust_restarts: false,
            near: None,
        }
    }
}

impl CacheBuilder {
    /// The server, as in [`Cache::connect`]. Without one the cache is embedded.
    pub fn url(mut self, url: impl Into<String>) -> CacheBuilder {
        self.url = Some(url.into());
        self
    }

    /// How many bytes of keys, values and their overhead the embedded store may hold: 64 KiB or more, by default 64 MiB. A value
    /// that takes more than a sixteenth of it (of less than 16 MiB: more than 1 MiB, or all) is not kept.
    ///
    /// A value counts as itself, and as many bytes elsewhere as its encoded form has, which is a guess: a map of numbers takes
    /// more, a text as much.
    ///
    /// Beside a server it is for what functions keep that are not async.
    pub fn memory_bytes(mut self, bytes: u64) -> CacheBuilder {
        self.settings.memory_bytes = bytes;
        self
    }

    /// The same in MiB.
    pub fn memory_megabytes(self, megabytes: u64) -> CacheBuilder {
        self.memory_bytes(megabytes.saturating_mul(1 << 20))
    }

    /// What all steps on the store within one call may take together, by default 100 ms. The time of a load does not count.
    pub fn deadline(mut self, deadline: Duration) -> CacheBuilder {
        self.settings.deadline = deadline;
        self
    }

    /// How long a lease stands in the store without being renewed, by default 3 s: the time for which a process that died in
    /// the middle of a load keeps others from loading.
    pub fn lease(mut self, lease: Duration) -> CacheBuilder {
        self.settings.lease = lease;
        self
    }

    /// How long a caller waits for another one's load before it loads for itself, by default 10 s, and up to a sixty-fourth longer.
    pub fn wait(mut self, wait: Duration) -> CacheBuilder {
        self.settings.wait = wait;
        self
    }

    /// How long a write mark stands, by default 30 s: longer than any write to the source takes.
    pub fn write_mark(mut self, mark: Duration) -> CacheBuilder {
        self.settings.mark = mark;
        self
    }

    /// How large a value may be that is stored, in encoded bytes; by default 16 MiB. A larger one goes to its callers alone, and
    /// to `set` it is an error. All calls share one connection to a server, and a large value holds up everybody behind it.
    pub fn max_value_bytes(mut self, bytes: usize) -> CacheBuilder {
        self.settings.max_value_bytes = bytes;
        self
    }

    /// How long the first attempt to connect may take, by default 2 s. After it the cache connects in the background.
    pub fn connect_timeout(mut self, timeout: Duration) -> CacheBuilder {
        self.connect_timeout = timeout;
        self
    }

    /// Makes a server that can't be reached at the start an error.
    pub fn require_connection(mut self) -> CacheBuilder {
        self.require_connection = true;
        self
    }

    /// Reads what a server has from before it was restarted, or before a replica took its place.
    ///
    /// By default that counts as a miss: a snapshot may be old, and a replica may lack the last writes, so that values stand there
    /// which were invalidated since. Where an empty cache after a failover is worse than old values (until their TTL ends),
    /// trust them. Of a cluster each node counts by itself.
    pub fn trust_restarts(mut self) -> CacheBuilder {
        self.trust_restarts = true;
        self
    }

    /// Keeps values of a server's entries in this process too, typed: a hit there sends nothing, decodes nothing and allocates
    /// nothing. For all entries but those with `near = false`, and for at most their `near_ttl`.
    ///
    /// The server tells of each change (`CLIENT TRACKING`; Redis 6, Valkey), so another process's write or invalidation takes the
    /// value away here within the time that a message takes. A connection that is lost empties the near cache; one that is dead
    /// without having been closed is noticed within 0.6 s, or 0.35 s and the deadline, and nothing is served from here after that. Where the server refuses to tell (a user who may not use `CLIENT`), nothing is kept here, and the log says so.
    ///
    /// On memory it changes nothing: that store is in this process already.
    pub fn near(mut self, near: NearCache) -> CacheBuilder {
        self.near = Some(near);
        self
    }

    /// Builds the cache, and connects to the server, if there is one.
    ///
    /// # Errors
    ///
    /// [`CacheError::InvalidSetting`], [`CacheError::InvalidUrl`], [`CacheError::Refused`]; with
    /// [`require_connection`](CacheBuilder::require_connection), or outside of a Tokio runtime, also [`CacheError::Unavailable`].
    pub async fn build(self) -> Result<Cache, CacheError> {
        self.check()?;
        match &self.url {
            None => self.build_memory(),
            Some(url) => self.connect(url).await,
        }
    }

    pub(super) fn build_memory(&self) -> Result<Cache, CacheError> {
        self.check()?;
        let store = AnyStore::Memory(MemoryStore::new(self.settings.memory_bytes));
        Ok(Cache::with_store(Some(store), self.settings.clone()))
    }

    #[cfg(feature = "redis")]
    async fn connect(&self, url: &str) -> Result<Cache, CacheError> {
        use std::sync::Arc;

        use crate::near::Near;
        use crate::store::redis::{Config, Erased, Home};
        let config = Config {
            connect_timeout: self.connect_timeout,
            deadline: self.settings.deadline,
            require_connection: self.require_connection,
            trust_restarts: self.trust_restarts,
            near: self.near.map(|near| Arc::new(Near::new(near.bytes))),
            home: Home::here()?,
        };
        let store = Erased::connect(url, config).await?;
        Ok(Cache::with_store(Some(AnyStore::Redis(store)), self.settings.clone()))
    }

    #[cfg(not(feature = "redis"))]
    async fn connect(&self, _: &str) -> Result<Cache, CacheError> {
        let _ = (self.connect_timeout, self.require_connection, self.trust_restarts);
        Err(CacheError::InvalidSetting {
            setting: "url",
            reason: "this build has no Redis store; turn on the feature `redis` of cache-runtime".into(),
        })
    }

    fn check(&self) -> Result<(), CacheError> {
        self.settings.check()?;
        check_duration("connect_timeout", self.connect_timeout)?;
        if let Some(near) = self.near {
            near.check()?;
        }
        if self.settings.memory_bytes < SMALLEST_MEMORY_BYTES {
            return Err(CacheError::InvalidSetting {
                setting: "memory_bytes",
                reason: format!(
                    "{} bytes are too few; it takes {SMALLEST_MEMORY_BYTES} or more",
                    self.settings.memory_bytes
                ),
            });
        }
        Ok(())
    }
}
