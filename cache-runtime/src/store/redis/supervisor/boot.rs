//! Whether the server is still the one that wrote what it has.
//!
//! A server that was restarted may come back with an old snapshot, and a replica that takes over may lack the last writes: in
//! both, values stand that were invalidated since. A record in the database says which run of a server it belongs to. If that
//! is another one, everything from before is a miss.

use std::sync::atomic::Ordering;

use redis::{Cmd, RedisResult, Value, cmd};

use super::super::link::Link;
use super::super::scripts::Script;
use super::Shared;

/// No entry's key: a namespace holds no `#`.
pub(in crate::store::redis) const KEY: &[u8] = b"#boot";

impl Shared {
    /// Compares the server's run with the record, before the connection is used. What the server does not tell (`INFO` may be
    /// kept from users) can't be compared.
    pub(super) async fn check_boot(&self, link: &Link) -> RedisResult<()> {
        if !self.distrusts_restarts {
            return Ok(());
        }
        let Ok(info) = cmd("INFO").arg("server").query_async::<String>(&mut link.connection()).await else {
            return Ok(());
        };
        if info.lines().any(|line| line.trim() == "redis_mode:cluster") {
            tracing::warn!(server = %self.shown, "the cache server is a node of a cluster, and has some of the keys only: connect with `redis-cluster://`");
        }
        let Some(run) = info.lines().find_map(|line| line.strip_prefix("run_id:")) else { return Ok(()) };
        let run = run.trim().to_owned();
        let not_before = trusted_from(link.script(Script::Boot, &[KEY], &[run.as_bytes(), b""]).await?);
        let before = self.not_before.swap(not_before, Ordering::Relaxed);
        if before < not_before {
            tracing::warn!(server = %self.shown, "the cache server was restarted or replaced; what it has from before may be old, and counts as a miss");
        }
        self.run.store(Some(run.into()));
        Ok(())
    }

    /// Asks for the record, which also keeps it from being evicted; gives 0 where it is gone.
    pub(super) fn sign_of_boot(&self) -> Cmd {
        if self.run.load().is_none() {
            return cmd("PING");
        }
        let mut touch = cmd("TOUCH");
        touch.arg(KEY);
        touch
    }

    /// Writes the record again where it was flushed.
    pub(super) async fn keep_boot(&self, link: &Link) -> RedisResult<()> {
        if let Some(run) = self.run.load_full() {
            let known = self.not_before.load(Ordering::Relaxed).to_string();
            link.script(Script::Boot, &[KEY], &[run.as_bytes(), known.as_bytes()]).await?;
        }
        Ok(())
    }
}

fn trusted_from(answer: Value) -> u64 {
    match answer {
        Value::Int(millis) => u64::try_from(millis).unwrap_or(0),
        _ => 0,
    }
}
