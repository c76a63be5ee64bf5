//! Which server to connect to: always the same one, or the one that the sentinels name.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redis::{AsyncConnectionConfig, Client, ConnectionInfo, ErrorKind, RedisError, RedisResult, cmd};

use super::super::answer::{is_refusal, reason};
use super::super::link::within;
use super::super::url::{SentinelTarget, at};

pub(in crate::store::redis) enum Route {
    Fixed(ConnectionInfo),
    Sentinels(Sentinels),
}

pub(in crate::store::redis) struct Sentinels {
    target: SentinelTarget,
    /// The one that answered last is asked first.
    first: AtomicUsize,
}

impl Route {
    pub(in crate::store::redis) fn sentinels(target: SentinelTarget) -> Route {
        Route::Sentinels(Sentinels { target, first: AtomicUsize::new(0) })
    }

    /// Whether the server has to say that it is the master. A single one may keep its role to itself.
    pub(super) fn is_strict(&self) -> bool {
        matches!(self, Route::Sentinels(_))
    }

    pub(super) async fn find(&self, bound: Duration) -> RedisResult<ConnectionInfo> {
        match self {
            Route::Fixed(info) => Ok(info.clone()),
            Route::Sentinels(sentinels) => sentinels.find(bound).await,
        }
    }
}

impl Sentinels {
    /// Asks one after the other. Each has its share of the time: one that does not answer must not keep the others from it.
    async fn find(&self, bound: Duration) -> RedisResult<ConnectionInfo> {
        let count = self.target.sentinels.len();
        let share = bound / u32::try_from(count + 1).unwrap_or(u32::MAX);
        let first = self.first.load(Ordering::Relaxed);
        let mut said = Vec::new();
        for index in (0..count).map(|step| (first + step) % count) {
            let Some(sentinel) = self.target.sentinels.get(index) else { continue };
            match within(share, ask(sentinel, &self.target.service)).await {
                Ok(Some((host, port))) => {
                    self.first.store(index, Ordering::Relaxed);
                    return Ok(at(&self.target.master, &host, port));
                }
                Ok(None) => said.push(format!("{}: knows no `{}`", sentinel.addr(), self.target.service)),
                Err(error) if is_refusal(&error) => return Err(error),
                Err(error) => said.push(format!("{}: {}", sentinel.addr(), reason(&error))),
            }
        }
        // A server that may come back: to be tried again like one that does not answer.
        Err(RedisError::from((ErrorKind::Io, "no sentinel knows the master", said.join("; "))))
    }
}

async fn ask(sentinel: &ConnectionInfo, service: &str) -> RedisResult<Option<(String, u16)>> {
    let config = AsyncConnectionConfig::new().set_response_timeout(None);
    let client = Client::open(sentinel.clone())?;
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    cmd("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME").arg(service).query_async(&mut connection).await
}
