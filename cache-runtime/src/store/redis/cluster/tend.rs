//! The beginning, and the task that looks after the map and the backlog.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::timeout;

use super::super::backlog::Backlog;
use super::super::servers::unavailable;
use super::super::supervisor::{HEARTBEAT, jittered};
use super::super::url::ClusterTarget;
use super::super::{Answer, Config};
use super::{Cluster, Shared};
use crate::error::CacheError;

/// The least time between two looks at the map: a slot that moves sends many calls elsewhere.
const PAUSE: Duration = Duration::from_millis(50);

impl Cluster {
    /// Tries once to get a map and to connect to its nodes; where that fails it goes on in the background, unless it is told not
    /// to, or the nodes refuse the credentials.
    pub(in crate::store::redis) async fn start(
        target: ClusterTarget,
        config: Config,
        backlog: Arc<Backlog>,
    ) -> Answer<Cluster> {
        let shared = Arc::new(Shared {
            target,
            config,
            map: arc_swap::ArcSwap::default(),
            refreshing: tokio::sync::Mutex::default(),
            turn: Default::default(),
            wake: Arc::default(),
            backlog,
        });
        match shared.first_connection().await {
            Err(error @ CacheError::Refused { .. }) => return Err(error),
            Err(error) if shared.config.require_connection => return Err(error),
            Err(error) => {
                tracing::warn!(server = %shared.target.shown, reason = %error, "the cache cluster can't be reached; loading from the source, and connecting in the background");
            }
            Ok(()) => {}
        }
        shared.config.home.spawn(tend(Arc::downgrade(&shared), Arc::clone(&shared.wake)));
        Ok(Cluster { shared })
    }
}

impl Shared {
    async fn first_connection(&self) -> Answer<()> {
        let connecting = async {
            self.refresh().await?;
            while !self.map.load().is_whole() {
                if timeout(HEARTBEAT, self.wake.notified()).await.is_err() {
                    self.refresh().await?;
                }
            }
            Ok(())
        };
        let late =
            |_| Err(unavailable(format!("{}: not all slots have a node that answers", self.target.shown)));
        timeout(self.config.connect_timeout, connecting).await.unwrap_or_else(late)
    }
}

/// Looks after the map for as long as the store is there.
async fn tend(store: Weak<Shared>, wake: Arc<Notify>) {
    let mut refreshed = Instant::now();
    loop {
        // Without a hold on the store: waiting here must not keep it alive.
        let woken = timeout(jittered(HEARTBEAT), wake.notified()).await.is_ok();
        let Some(shared) = store.upgrade() else { return };
        if woken || !shared.map.load().is_settled() {
            if refreshed.elapsed() < PAUSE {
                tokio::time::sleep(PAUSE).await;
            }
            if let Err(error) = shared.refresh().await {
                tracing::debug!(server = %shared.target.shown, %error, "no new map of the cluster");
            }
            refreshed = Instant::now();
        }
        shared.replay().await;
    }
}
