//! What a server tells of changes, over the connection that has read the keys: `CLIENT TRACKING` in its default mode.

use std::convert::Infallible;
use std::sync::{Arc, Weak};
use std::time::Duration;

use redis::aio::{AsyncPushSender, MultiplexedConnection};
use redis::{PushInfo, PushKind, RedisResult, Value, cmd};

use crate::near::{Moment, Near, Watched};

/// Of one connection. Dropped, it tells nothing any more.
pub(super) struct Changes {
    near: Arc<Near>,
    watched: Arc<Watched>,
}

impl Changes {
    pub(super) fn of(near: &Arc<Near>) -> Changes {
        Changes { near: Arc::clone(near), watched: Arc::new(near.watch()) }
    }

    /// What handles them: at once and in the order of the answers, as no answer may be kept that a change has overtaken.
    pub(super) fn listener(&self) -> impl AsyncPushSender + use<> {
        // Who reads over a connection may keep that alive for longer than it is in use.
        let (near, watched): (_, Weak<Watched>) = (Arc::clone(&self.near), Arc::downgrade(&self.watched));
        move |push: PushInfo| -> Result<(), Infallible> {
            match push.kind {
                PushKind::Invalidate => forget(&near, &push.data),
                // Nobody else hears of it before something is asked over the connection.
                PushKind::Disconnection => {
                    if let Some(watched) = watched.upgrade() {
                        watched.is_lost();
                    }
                }
                _ => {}
            }
            Ok(())
        }
    }

    /// Asks for them. Where the server refuses, nothing is kept of what any server of the cache has: of a cluster, no one node's
    /// values can be told from the others' at a hit.
    pub(super) async fn begin(
        &self,
        connection: &mut MultiplexedConnection,
        server: &str,
    ) -> RedisResult<()> {
        match cmd("CLIENT").arg("TRACKING").arg("ON").exec_async(connection).await {
            Ok(()) => Ok(()),
            Err(error) if error.code().is_some() => {
                tracing::warn!(%server, %error, "the server does not tell of changes (CLIENT TRACKING); nothing is kept in the near cache");
                self.watched.is_deaf();
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn is_alive(&self, since: Moment, time: Duration) {
        self.watched.is_alive(since, time);
    }

    pub(super) fn is_lost(&self) {
        self.watched.is_lost();
    }
}

/// `[keys]`; without keys the server has lost them all (`FLUSHALL`).
fn forget(near: &Near, data: &[Value]) {
    match data {
        [Value::Array(keys)] => {
            for key in keys {
                match key {
                    Value::BulkString(key) => near.forget(key),
                    Value::SimpleString(key) => near.forget(key.as_bytes()),
                    // Whatever it names: nothing that is here can be believed.
                    _ => near.forget_all(),
                }
            }
        }
        _ => near.forget_all(),
    }
}
