//! The task that looks after a connection.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use redis::RedisResult;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::super::answer::reason;
use super::super::link::Link;
use super::{HEARTBEAT, Shared};

/// The pauses between two attempts to connect.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl Shared {
    /// Makes up for the invalidations that could not be sent. What the server refuses stays in the backlog, and unread: one
    /// command that it does not like must not keep the connection from everybody.
    async fn replay(&self, link: &Link) -> RedisResult<()> {
        let Some(backlog) = self.backlog.as_ref().filter(|backlog| !backlog.is_empty()) else {
            return Ok(());
        };
        let (targets, mut left) = (backlog.begin(), Vec::new());
        for target in &targets {
            left.extend(link.replay(target, self.heartbeat_timeout).await?);
        }
        let all_left = left == targets;
        backlog.finish(left);
        if !all_left {
            tracing::info!(server = %self.shown, "made up for invalidations that could not be sent");
        }
        Ok(())
    }
}

/// Looks after the connection for as long as the store is there.
pub(super) async fn tend(store: Weak<Shared>, wake: Arc<Notify>, mut link: Option<Arc<Link>>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let current = match link {
            Some(link) => link,
            None => match reconnect(&store, &wake, pause).await {
                Some(link) => link,
                None => return,
            },
        };
        let since = Instant::now();
        let Some(why) = watch(&store, &wake, &current).await else { return };
        if let Some(shared) = store.upgrade() {
            shared.withdraw(&current);
            tracing::warn!(server = %shared.shown, reason = %why, "the cache server is lost; loading from the source, and connecting in the background");
        }
        link = None;
        // A server that is lost again and again as soon as it is connected to is left alone for longer and longer.
        if since.elapsed() > LONGEST_PAUSE {
            pause = FIRST_PAUSE;
        } else {
            let _ = timeout(jittered(pause), wake.notified()).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Waits until the connection fails. `None`: the store is gone.
async fn watch(store: &Weak<Shared>, wake: &Notify, link: &Arc<Link>) -> Option<String> {
    loop {
        // Without a hold on the store: waiting here must not keep it alive.
        let woken = timeout(HEARTBEAT, wake.notified()).await.is_ok();
        let shared = store.upgrade()?;
        if woken && !shared.is_current(link) {
            let why = shared.given_up.swap(None);
            return Some(why.map_or("the connection was closed", |why| *why).into());
        }
        match timeout(shared.heartbeat_timeout, shared.beat(link)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Some(reason(&error)),
            Err(_) => return Some("no sign of life".into()),
        }
        if let Err(error) = shared.replay(link).await {
            return Some(reason(&error));
        }
    }
}

/// Tries until it has a connection, which it publishes. `None`: the store is gone.
async fn reconnect(store: &Weak<Shared>, wake: &Notify, first: Duration) -> Option<Arc<Link>> {
    let mut pause = first;
    loop {
        {
            let shared = store.upgrade()?;
            // Nothing is read before what could not be sent is made up for.
            if let Ok(link) = shared.connect().await
                && shared.answers_in_time(&link).await
                && shared.replay(&link).await.is_ok()
            {
                let link = Arc::new(link);
                shared.given_up.store(None);
                shared.link.store(Some(Arc::clone(&link)));
                shared.tell();
                tracing::info!(server = %shared.shown, "connected to the cache server");
                return Some(link);
            }
        }
        // Woken early where the store goes.
        let _ = timeout(jittered(pause), wake.notified()).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Between a half and the whole of a pause: a fleet must not come back all at once.
pub(in crate::store::redis) fn jittered(pause: Duration) -> Duration {
    let random = RandomState::new().hash_one(0_u8) % 1000;
    pause / 2 + pause.mul_f64(random as f64 / 2000.0)
}
