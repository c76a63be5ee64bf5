//! What takes its time and is no part of a call: invalidating what a scan finds, health, the server's figures.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::{Value, cmd};

use super::RedisStore;
use super::answer::{bytes, integer, sorted};
use super::removed::Removed;
use super::scan::{Place, Scanned, Scope, invalidate_scanned};
use super::servers::{Servers, join_all};
use super::supervisor::Supervisor;
use crate::error::CacheError;
use crate::manager::StoreStats;
use crate::store::Answer;

pub(crate) struct ServerHealth {
    pub(crate) round_trip: Duration,
    pub(crate) version: Option<String>,
    pub(crate) role: Option<String>,
}

impl RedisStore {
    /// Each step has the deadline of a call, as a function may wait for it.
    async fn bounded<T>(&self, step: impl Future<Output = Answer<T>>) -> Answer<T> {
        self.home.bounded(self.deadline, step).await
    }

    async fn step(&self, server: &Supervisor, command: &redis::Cmd) -> Answer<Value> {
        self.bounded(async {
            let link = server.link()?;
            sorted(server.judged(Arc::clone(&link), pin!(link.ask(command))).await)
        })
        .await
    }

    /// Invalidates all keys of a scope, in batches.
    pub(super) async fn invalidate_scanned(&self, scope: Scope<'_>) -> Answer<u64> {
        match &self.servers {
            Servers::One(server) => invalidate_scanned(&Trusted { store: self, server }, scope).await,
            Servers::Cluster(cluster) => cluster.invalidate_scanned(self.deadline, scope).await,
        }
    }

    /// Of a cluster the slowest node counts, and all have to be there.
    pub(crate) async fn health(&self) -> Answer<ServerHealth> {
        let servers = self.servers.all()?;
        let healths = join_all(servers.iter().map(|server| self.health_of(server))).await;
        let mut worst: Option<ServerHealth> = None;
        for health in healths {
            let health = health?;
            worst = Some(match worst {
                Some(worst) if worst.round_trip >= health.round_trip => worst,
                _ => health,
            });
        }
        worst.ok_or_else(|| CacheError::Unavailable {
            reason: format!("no node of {} is known", self.address()),
        })
    }

    async fn health_of(&self, server: &Supervisor) -> Answer<ServerHealth> {
        let started = Instant::now();
        self.step(server, &cmd("PING")).await?;
        let round_trip = started.elapsed();
        let info = self.info(server).await?;
        let field = |name: &str| info.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        let version = match field("valkey_version") {
            Some(version) => Some(format!("valkey {version}")),
            None => field("redis_version").map(|version| format!("redis {version}")),
        };
        Ok(ServerHealth { round_trip, version, role: field("role") })
    }

    /// Of a cluster the sums, and each node's own words under its address.
    pub(crate) async fn stats(&self) -> Answer<StoreStats> {
        let servers = self.servers.all()?;
        let figures = join_all(servers.iter().map(|server| self.stats_of(server))).await;
        if let (Servers::One(_), 1) = (&self.servers, figures.len()) {
            return figures.into_iter().collect::<Answer<Vec<_>>>().map(|mut all| all.swap_remove(0));
        }
        let mut sum = StoreStats::default();
        for (figures, server) in figures.into_iter().zip(&servers) {
            let figures = figures?;
            sum.entries = added(sum.entries, figures.entries);
            sum.bytes = added(sum.bytes, figures.bytes);
            sum.max_bytes = added(sum.max_bytes, figures.max_bytes);
            sum.evictions = added(sum.evictions, figures.evictions);
            let info = figures.info.into_iter();
            sum.info.extend(info.map(|(name, value)| (format!("{} {name}", server.address()), value)));
        }
        Ok(sum)
    }

    async fn stats_of(&self, server: &Supervisor) -> Answer<StoreStats> {
        let own = match server.boot_key() {
            Some(key) => integer(self.step(server, cmd("EXISTS").arg(key.as_str())).await?)?,
            None => 0,
        };
        let entries = integer(self.step(server, &cmd("DBSIZE")).await?)? - own;
        let info = self.info(server).await?;
        let number = |name: &str| {
            info.iter().find(|(field, _)| field == name).and_then(|(_, value)| value.parse::<u64>().ok())
        };
        Ok(StoreStats {
            entries: u64::try_from(entries).ok(),
            bytes: number("used_memory"),
            max_bytes: number("maxmemory").filter(|bytes| *bytes > 0),
            evictions: number("evicted_keys"),
            info,
        })
    }

    async fn info(&self, server: &Supervisor) -> Answer<Vec<(String, String)>> {
        let text = match self.step(server, &cmd("INFO")).await? {
            Value::VerbatimString { text, .. } => text,
            other => String::from_utf8_lossy(&bytes(other)?).into_owned(),
        };
        let fields = text.lines().filter_map(|line| line.split_once(':'));
        Ok(fields.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect())
    }
}

/// The server that calls go to, whichever that is at each step.
struct Trusted<'a> {
    store: &'a RedisStore,
    server: &'a Supervisor,
}

impl Place for Trusted<'_> {
    type Error = CacheError;

    async fn scan(&self, cursor: &[u8], glob: &str) -> Answer<Scanned> {
        let scanning = async {
            let link = self.server.link()?;
            sorted(self.server.judged(Arc::clone(&link), pin!(link.scan(cursor, glob))).await)
        };
        self.store.bounded(scanning).await
    }

    async fn invalidate(&self, keys: &[&[u8]]) -> Answer<Removed<CacheError>> {
        self.store.bounded(self.store.servers.invalidate(keys)).await
    }
}

/// A node that does not tell leaves the sum unknown only where none tells.
fn added(sum: Option<u64>, more: Option<u64>) -> Option<u64> {
    match (sum, more) {
        (Some(sum), Some(more)) => Some(sum.saturating_add(more)),
        (sum, more) => sum.or(more),
    }
}
