//! What takes its time and is no part of a call: scanning, health, the server's figures.

use std::time::{Duration, Instant};

use redis::{Value, cmd};

use super::RedisStore;
use super::answer::{bytes, integer};
use super::scripts::Script;
use crate::manager::StoreStats;
use crate::store::{Answer, Budget};

pub(crate) struct ServerHealth {
    pub(crate) round_trip: Duration,
    pub(crate) version: Option<String>,
    pub(crate) role: Option<String>,
}

impl RedisStore {
    /// Each step has the deadline of a call, as a function may wait for it.
    async fn bounded<T>(&self, step: impl Future<Output = Answer<T>>) -> Answer<T> {
        Budget::new(self.deadline).spend(self.runtime(), step).await
    }

    async fn step(&self, command: &redis::Cmd) -> Answer<Value> {
        self.bounded(self.ask(command)).await
    }

    /// Scans for a glob, and invalidates what also `fits`, in batches.
    pub(super) async fn invalidate_scanned(&self, glob: &str, fits: impl Fn(&[u8]) -> bool) -> Answer<u64> {
        let mut cursor = b"0".to_vec();
        let mut count = 0;
        loop {
            let link = self.link()?;
            let (next, keys) =
                self.bounded(async { self.judge(&link, link.scan(&cursor, glob).await) }).await?;
            let keys: Vec<&[u8]> = keys.iter().map(Vec::as_slice).filter(|key| fits(key)).collect();
            if !keys.is_empty() {
                let gone = self.bounded(self.script(Script::Invalidate, &keys, &[])).await?;
                count += u64::try_from(integer(gone)?).unwrap_or(0);
            }
            if next == b"0" {
                return Ok(count);
            }
            cursor = next;
        }
    }

    pub(crate) async fn health(&self) -> Answer<ServerHealth> {
        let started = Instant::now();
        self.step(&cmd("PING")).await?;
        let round_trip = started.elapsed();
        let info = self.info().await?;
        let field = |name: &str| info.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        let version = match field("valkey_version") {
            Some(version) => Some(format!("valkey {version}")),
            None => field("redis_version").map(|version| format!("redis {version}")),
        };
        Ok(ServerHealth { round_trip, version, role: field("role") })
    }

    pub(crate) async fn stats(&self) -> Answer<StoreStats> {
        let entries = integer(self.step(&cmd("DBSIZE")).await?)?;
        let info = self.info().await?;
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

    async fn info(&self) -> Answer<Vec<(String, String)>> {
        let text = match self.step(&cmd("INFO")).await? {
            Value::VerbatimString { text, .. } => text,
            other => String::from_utf8_lossy(&bytes(other)?).into_owned(),
        };
        let fields = text.lines().filter_map(|line| line.split_once(':'));
        Ok(fields.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect())
    }
}
