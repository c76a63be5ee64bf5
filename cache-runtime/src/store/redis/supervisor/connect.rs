//! Makes a connection ready, and asks it for signs of life.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, RedisResult, Value, cmd, pipe};
use tokio::time::timeout;

use super::super::answer::is_broken;
use super::super::changes::Changes;
use super::super::gather::{Gather, Together};
use super::super::link::{Link, within};
use super::super::room;
use super::{HEARTBEAT, Shared, now_here};
use crate::near::Moment;

/// What a sign of life may come late by, for lack of a processor, before the near cache is left alone until it comes.
const GRACE: Duration = Duration::from_millis(100);

impl Shared {
    pub(super) async fn connect(&self) -> RedisResult<Link> {
        let mut config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.connect_timeout))
            // Every call brings its own deadline.
            .set_response_timeout(None);
        let changes = self.near.as_ref().map(Changes::of);
        if let Some(changes) = &changes {
            config = config.set_push_sender(changes.listener());
        }
        let connecting = async {
            let client = Client::open(self.route.find(self.connect_timeout).await?)?;
            let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
            let knows_role = self.is_master(&mut connection).await?;
            if let Some(changes) = &changes {
                changes.begin(&mut connection, &self.shown).await?;
            }
            room::make(&mut connection).await?;
            let reads = Gather::new(connection.clone(), self.together, self.deadline, self.home.clone());
            let link = Link::new(connection, reads, knows_role, changes).await?;
            self.check_boot(&link).await?;
            self.beat(&link).await?;
            Ok(link)
        };
        within(self.connect_timeout, connecting).await
    }

    /// An error where the server says that it is a replica: what it has may be old, and it takes no writes. `false`: it does
    /// not say. Users may be kept from asking, and of a single server that has to do; but what the sentinels named may have been
    /// demoted since, and has to say that it is the master.
    async fn is_master(&self, connection: &mut MultiplexedConnection) -> RedisResult<bool> {
        match cmd("ROLE").query_async(connection).await {
            Ok(role) => require_master(&role).map(|()| true),
            Err(error) if self.route.is_strict() || error.is_io_error() => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// A sign of life: that it is still the master, and its clock.
    pub(super) async fn beat(&self, link: &Link) -> RedisResult<()> {
        let (started, since) = (Instant::now(), Moment::now());
        let mut connection = link.connection();
        let mut asked = pipe();
        asked.ignore_errors().cmd("TIME").add_command(self.boot.ask());
        let ((seconds, micros), boot): ((i64, i64), RedisResult<Value>) = if link.knows_role() {
            let (time, boot, role): (_, _, RedisResult<Value>) =
                asked.cmd("ROLE").query_async(&mut connection).await?;
            require_master(&role?)?;
            (time, boot)
        } else {
            asked.query_async(&mut connection).await?
        };
        let there = seconds.saturating_mul(1000).saturating_add(micros / 1000);
        // The answer was made about half a round trip ago.
        let travelled = i64::try_from(started.elapsed().as_millis() / 2).unwrap_or(0);
        self.clock_offset
            .store(there.saturating_add(travelled).saturating_sub(now_here()), Ordering::Relaxed);
        self.keep_boot(link, boot).await?;
        let is_believed = self.is_in_its_cluster(link).await?;
        // Also where it is not, as it is used all the same: what is read there must not be kept.
        let time = if is_believed { HEARTBEAT + self.heartbeat_timeout + GRACE } else { Duration::ZERO };
        link.is_alive(since, time);
        Ok(())
    }

    /// A node that the others have given up, and that does not know yet, still answers; of what is changed where its keys are now,
    /// it tells nothing. Asked for the near cache alone: a read is refused by such a node.
    async fn is_in_its_cluster(&self, link: &Link) -> RedisResult<bool> {
        if self.near.is_none() || !matches!(self.together, Together::Pipeline) {
            return Ok(true);
        }
        match cmd("CLUSTER").arg("INFO").query_async::<String>(&mut link.connection()).await {
            Ok(info) => Ok(info.contains("cluster_state:ok")),
            Err(error) if is_broken(&error) => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// Whether a call could have an answer within its deadline.
    pub(super) async fn answers_in_time(&self, link: &Link) -> bool {
        timeout(self.deadline, self.beat(link)).await.is_ok_and(|answer| answer.is_ok())
    }
}

fn require_master(role: &Value) -> RedisResult<()> {
    let name = match role {
        Value::Array(parts) => parts.first(),
        _ => None,
    };
    match name {
        Some(Value::BulkString(name)) if name == b"master" => Ok(()),
        Some(Value::BulkString(name)) => {
            let name = String::from_utf8_lossy(name).into_owned();
            Err(RedisError::from((ErrorKind::Io, "the server is no master", name)))
        }
        _ => Err(RedisError::from((ErrorKind::UnexpectedReturnType, "the server tells no role"))),
    }
}
