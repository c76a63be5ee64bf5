//! Looking after a cache: health, figures, clearing, the catalog.

use std::fmt;
use std::time::Duration;

use crate::cache::Cache;
use crate::catalog::{self, CatalogEntry, Overlap};
use crate::declaration::Location;
use crate::error::CacheError;
use crate::site::Site;
use crate::stats::Counts;
use crate::store::AnyStore;

/// Looks after a cache.
///
/// ```
/// use cache_runtime::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), CacheError> {
/// let manager = CacheManager::new(&Cache::memory());
/// assert!(manager.health_check().await.reachable);
/// assert_eq!(manager.clear_namespace("chat").await?, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct CacheManager {
    cache: Cache,
}

/// Whether the store answers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Health {
    /// Where the entries are: `memory`, `disabled`, or the server's address without its password.
    pub store: String,
    /// Whether it answered.
    pub reachable: bool,
    /// How long that took.
    pub round_trip: Option<Duration>,
    /// What the server calls itself, such as `redis 7.0.15`.
    pub version: Option<String>,
    /// `master` or `slave`, where there is a server.
    pub role: Option<String>,
    /// Why it did not answer.
    pub error: Option<CacheError>,
}

/// What was counted, and what the store says of itself.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// A row for each declaration, and one for each strategy that was used with dynamic keys.
    pub entries: Vec<EntryStats>,
    /// The store's own figures.
    pub store: StoreStats,
    /// What is in the near cache; `None`: this cache has none.
    pub near: Option<NearStats>,
}

/// The counters of one declaration, in this process.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EntryStats {
    /// `Strategy::method`, or the function.
    pub name: String,
    /// The namespace.
    pub namespace: &'static str,
    /// Where it is declared: what tells two declarations of one name apart.
    pub location: Location,
    /// What was counted.
    pub counts: Counts,
}

/// The store's own figures, as far as it has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreStats {
    /// Entries in the store (on a server: keys of the database in use, less the record that tells whether it was restarted).
    pub entries: Option<u64>,
    /// Bytes in use (on a server: by all its databases together).
    pub bytes: Option<u64>,
    /// Bytes that it may use; `None`: no bound is set.
    pub max_bytes: Option<u64>,
    /// Entries that had to make room for others.
    pub evictions: Option<u64>,
    /// Everything that the server's `INFO` says, in its order; empty for the embedded store.
    pub info: Vec<(String, String)>,
}

/// What a near cache holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NearStats {
    /// Values, those included that have ended and make room when it is needed.
    pub entries: u64,
    /// Bytes of their keys, of the values, and of their overhead; see [`NearCache::bytes`](crate::NearCache::bytes).
    pub bytes: u64,
}

impl CacheManager {
    /// The manager of a cache.
    pub fn new(cache: &Cache) -> CacheManager {
        CacheManager { cache: cache.clone() }
    }

    /// The manager of the installed cache.
    pub fn global() -> CacheManager {
        CacheManager::new(Cache::installed())
    }

    /// Asks the store whether it is there. Never fails: what is wrong stands in the answer.
    pub async fn health_check(&self) -> Health {
        let there = Health {
            store: self.cache.to_string(),
            reachable: true,
            round_trip: None,
            version: None,
            role: None,
            error: None,
        };
        match self.cache.store() {
            None | Some(AnyStore::Memory(_)) => there,
            #[cfg(feature = "redis")]
            Some(AnyStore::Redis(store)) => match store.erased().health().await {
                Ok(found) => Health {
                    round_trip: Some(found.round_trip),
                    version: found.version,
                    role: found.role,
                    ..there
                },
                Err(error) => Health { reachable: false, error: Some(error), ..there },
            },
        }
    }

    /// The counters of this process since it started, and the store's own figures, empty where it does not answer.
    pub async fn stats(&self) -> Stats {
        let near = self.cache.near().map(|near| {
            let (entries, bytes) = near.size();
            NearStats { entries, bytes }
        });
        Stats { entries: entry_stats(), store: self.store_stats().await, near }
    }

    async fn store_stats(&self) -> StoreStats {
        match self.cache.store() {
            None => StoreStats::default(),
            Some(AnyStore::Memory(store)) => {
                let (entries, bytes) = store.size();
                StoreStats {
                    entries: Some(entries),
                    bytes: Some(bytes),
                    max_bytes: Some(store.capacity()),
                    evictions: Some(store.evictions()),
                    info: Vec::new(),
                }
            }
            #[cfg(feature = "redis")]
            Some(AnyStore::Redis(store)) => store.erased().stats().await.unwrap_or_default(),
        }
    }

    /// Removes every entry of a namespace, in all its versions; gives how many keys went. Leases are among them: what is
    /// loading now goes to its callers, not into the cache.
    ///
    /// On a server it scans and removes in batches; what functions keep in this process that are not async goes too.
    ///
    /// # Errors
    ///
    /// Where the store could not be told about all of them.
    pub async fn clear_namespace(&self, namespace: &str) -> Result<u64, CacheError> {
        let Some(store) = self.cache.store() else { return Ok(0) };
        let beside = match self.cache.beside().and_then(Cache::store) {
            Some(beside) => beside.clear(namespace).await?,
            None => 0,
        };
        Ok(store.clear(namespace).await? + beside)
    }

    /// Every declaration linked into this program.
    pub fn catalog(&self) -> Vec<CatalogEntry> {
        catalog::catalog()
    }

    /// Checks that no two declarations can render the same key.
    ///
    /// # Errors
    ///
    /// The two that can, with their places.
    pub fn verify(&self) -> Result<(), Box<Overlap>> {
        catalog::verify()
    }
}

fn entry_stats() -> Vec<EntryStats> {
    let sites = catalog::sites().into_iter().chain(Site::all_dynamic());
    let stats = sites.map(|site| EntryStats {
        name: site.name().to_string(),
        namespace: site.declaration.strategy.namespace,
        location: site.declaration.location,
        counts: site.counters.snapshot(),
    });
    stats.collect()
}

fn shown(duration: Duration) -> String {
    if duration.is_zero() { "< 1µs".to_owned() } else { format!("{duration:.1?}") }
}

/// A table of the counters, with the store's figures in its last line.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0).max(5);
        write!(f, "{:width$}", "entry")?;
        for column in ["hits", "misses", "loads", "load err", "writes", "invalid.", "store err"] {
            write!(f, " {column:>9}")?;
        }
        writeln!(f, " {:>10}", "mean load")?;
        for EntryStats { name, counts, .. } in &self.entries {
            write!(f, "{name:width$}")?;
            let columns = [
                counts.hits,
                counts.misses,
                counts.loads,
                counts.load_errors,
                counts.writes,
                counts.invalidations,
                counts.store_errors,
            ];
            for count in columns {
                write!(f, " {count:>9}")?;
            }
            let mean = counts.mean_load().map_or_else(|| "-".to_owned(), shown);
            writeln!(f, " {mean:>10}")?;
        }
        let figure = |figure: Option<u64>| figure.map_or_else(|| "?".to_owned(), |figure| figure.to_string());
        write!(
            f,
            "store: {} entries, {} bytes, {} evicted",
            figure(self.store.entries),
            figure(self.store.bytes),
            figure(self.store.evictions)
        )
    }
}
