//! Whether the server is still the one that wrote what it has.
//!
//! A server that was restarted may come back with an old snapshot, and a replica that takes over may lack the last writes: in
//! both, values stand that were invalidated since. A record in the database says which run of a server it belongs to. If that
//! is another one, everything from before is a miss.
//!
//! A node of a cluster has its record in a slot of its own, the last one that is not about to leave it. The record moves with
//! that slot, and then says what the node was that the slot's keys came from; this one writes its own in another slot.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arc_swap::ArcSwapOption;
use redis::{Cmd, RedisResult, Value, cmd};

use super::super::answer::is_broken;
use super::super::link::Link;
use super::super::scripts::Script;
use super::super::slot::{last_that_stays, own_slots, tag_of};
use super::Shared;

/// No entry's key: a namespace holds no `#`.
const KEY: &str = "#boot";

/// Whose run is compared.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::store::redis) enum Boots {
    /// Nobody's: what a server has is believed.
    Trusted,
    /// That of a server with all keys.
    OfServer,
    /// That of a node with some of a cluster's slots.
    OfNode,
}

/// What is known of the server's run.
pub(super) struct Boot {
    whose: Boots,
    /// The server's run, as far as it is compared with the one that wrote what it has.
    run: ArcSwapOption<String>,
    /// The record's key; a node without slots has none.
    key: ArcSwapOption<String>,
    /// The node may have other slots by now.
    may_have_moved: AtomicBool,
    /// What was created before, in milliseconds since 1970 of the server's clock, may be old.
    not_before: AtomicU64,
    /// The same of what came from other nodes.
    inherited: AtomicU64,
}

impl Boot {
    pub(super) fn new(whose: Boots) -> Boot {
        Boot {
            whose,
            run: ArcSwapOption::empty(),
            key: ArcSwapOption::empty(),
            may_have_moved: AtomicBool::new(false),
            not_before: AtomicU64::new(0),
            inherited: AtomicU64::new(0),
        }
    }

    #[inline]
    pub(super) fn not_before(&self) -> u64 {
        self.not_before.load(Ordering::Relaxed)
    }

    /// The record's key, if there is a record.
    pub(super) fn key(&self) -> Option<Arc<String>> {
        self.key.load_full()
    }

    /// What came from another node may be as old as that one says. The next sign of life writes it down.
    pub(super) fn inherit(&self, not_before: u64) {
        self.inherited.fetch_max(not_before, Ordering::Relaxed);
        self.not_before.fetch_max(not_before, Ordering::Relaxed);
    }

    pub(super) fn may_have_moved(&self) {
        self.may_have_moved.store(true, Ordering::Relaxed);
    }

    /// Asks for the record, which also keeps it from being evicted.
    pub(super) fn ask(&self) -> Cmd {
        match self.key.load().as_ref() {
            // Told apart from the reads of entries in the figures of the server.
            Some(key) => std::mem::take(cmd("GETRANGE").arg(key.as_str()).arg(0).arg(-1)),
            None => cmd("PING"),
        }
    }

    /// Whether the record says what is known.
    fn is_in(&self, found: &RedisResult<Value>, run: &str) -> bool {
        let known = format!("{run}{}", self.not_before());
        matches!(found, Ok(Value::BulkString(record)) if *record == known.as_bytes())
    }

    /// Where the record has to stand.
    async fn find_key(&self, link: &Link) -> RedisResult<Option<Arc<String>>> {
        let key = match self.whose {
            Boots::Trusted => None,
            Boots::OfServer => Some(KEY.to_owned()),
            Boots::OfNode => {
                let nodes: String = cmd("CLUSTER").arg("NODES").query_async(&mut link.connection()).await?;
                let slot = own_slots(&nodes).and_then(|own| last_that_stays(&own));
                slot.and_then(tag_of).map(|tag| format!("{KEY}:{{{tag}}}"))
            }
        };
        Ok(key.map(Arc::new))
    }
}

impl Shared {
    /// Compares the server's run with the record, before the connection is used. What the server does not tell (`INFO` may be
    /// kept from users) can't be compared.
    pub(super) async fn check_boot(&self, link: &Link) -> RedisResult<()> {
        let boot = &self.boot;
        if boot.whose == Boots::Trusted {
            return Ok(());
        }
        let Ok(info) = cmd("INFO").arg("server").query_async::<String>(&mut link.connection()).await else {
            return Ok(());
        };
        if boot.whose == Boots::OfServer && info.lines().any(|line| line.trim() == "redis_mode:cluster") {
            tracing::warn!(server = %self.shown, "the cache server is a node of a cluster, and has some of the keys only: connect with `redis-cluster://`");
        }
        let Some(run) = info.lines().find_map(|line| line.strip_prefix("run_id:")) else { return Ok(()) };
        let run = run.trim().to_owned();
        let key = boot.find_key(link).await?;
        // A node without slots has nothing yet.
        if let Some(key) = &key {
            let answer = link.script(Script::Boot, &[key.as_bytes()], &[run.as_bytes(), b""]).await?;
            let not_before = trusted_from(answer).max(boot.inherited.load(Ordering::Relaxed));
            if boot.not_before.swap(not_before, Ordering::Relaxed) < not_before {
                tracing::warn!(server = %self.shown, "the cache server was restarted or replaced; what it has from before may be old, and counts as a miss");
            }
        }
        boot.key.store(key);
        boot.run.store(Some(run.into()));
        Ok(())
    }

    /// Writes the record again where it was flushed, or where the node's slots have changed.
    pub(super) async fn keep_boot(&self, link: &Link, mut found: RedisResult<Value>) -> RedisResult<()> {
        let boot = &self.boot;
        let Some(run) = boot.run.load_full() else { return found.map(|_| ()) };
        let mut place = boot.key();
        let is_lost = boot.may_have_moved.swap(false, Ordering::Relaxed) || place.is_none() || found.is_err();
        if boot.whose == Boots::OfNode && is_lost {
            if let Err(error) = found
                && is_broken(&error)
            {
                return Err(error);
            }
            found = Ok(Value::Nil);
            place = boot.find_key(link).await?;
        }
        let Some(key) = &place else { return Ok(()) };
        if found.is_err() || boot.is_in(&found, &run) {
            return found.map(|_| ());
        }
        let known = boot.not_before().to_string();
        match link.script(Script::Boot, &[key.as_bytes()], &[run.as_bytes(), known.as_bytes()]).await {
            Ok(answer) => boot.inherit(trusted_from(answer)),
            Err(error) if boot.whose == Boots::OfServer || is_broken(&error) => return Err(error),
            // Its slot is on its way: with another sign of life.
            Err(_) => {
                boot.may_have_moved();
                return Ok(());
            }
        }
        // Where the node has got a later slot, the record from before is here still; else it has gone with its slot.
        if let Some(before) = boot.key.swap(place.clone()).filter(|before| before != key) {
            match link.ask(cmd("UNLINK").arg(before.as_str())).await {
                Err(error) if is_broken(&error) => return Err(error),
                _ => {}
            }
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
