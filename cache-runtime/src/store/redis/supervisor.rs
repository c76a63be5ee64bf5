//! Keeps one connection to the server, in the background: no call ever waits for a reconnect.
//!
//! A connection is published once it is ready, and withdrawn as soon as it fails; in between calls fail at once.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwapOption;
use redis::{AsyncConnectionConfig, Client, RedisError, RedisResult, cmd};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::answer::{is_refusal, reason};
use super::backlog::Backlog;
use super::link::{Link, within};
use super::url::Target;
use super::{Answer, Config};
use crate::error::CacheError;

/// How often the connection is asked for a sign of life; also how long a dead one goes unnoticed, at the most twice.
const HEARTBEAT: Duration = Duration::from_millis(250);

/// The pauses between two attempts to connect.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The connection of one store, and the task that looks after it. Dropped, it takes the task along.
pub(super) struct Supervisor {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    shown: String,
    connect_timeout: Duration,
    heartbeat_timeout: Duration,
    link: ArcSwapOption<Link>,
    /// The connection has failed, or the store is gone.
    wake: Arc<Notify>,
    /// The server's clock less this machine's, in milliseconds.
    clock_offset: AtomicI64,
    /// Why the connection was taken out of use, where it was not the connection that failed.
    given_up: ArcSwapOption<&'static str>,
    deadline: Duration,
    /// Counts the connections that were published: which one a late answer was asked of.
    epoch: AtomicU64,
    backlog: Backlog,
}

impl Supervisor {
    /// Tries once to connect; where that fails it goes on in the background, unless it is told not to, or the server refuses
    /// the credentials.
    pub(super) async fn start(target: Target, config: Config) -> Answer<Supervisor> {
        let client = Client::open(target.info).map_err(|error| CacheError::InvalidUrl {
            url: target.shown.clone(),
            reason: error.category().to_owned(),
        })?;
        let shared = Arc::new(Shared {
            client,
            shown: target.shown,
            connect_timeout: config.connect_timeout,
            // A heartbeat may share the connection with a large answer.
            heartbeat_timeout: config.deadline.max(HEARTBEAT),
            link: ArcSwapOption::empty(),
            wake: Arc::new(Notify::new()),
            clock_offset: AtomicI64::new(0),
            given_up: ArcSwapOption::empty(),
            deadline: config.deadline,
            epoch: AtomicU64::new(0),
            backlog: Backlog::default(),
        });
        match shared.connect().await {
            Ok(link) => shared.link.store(Some(Arc::new(link))),
            Err(error) if is_refusal(&error) => {
                return Err(CacheError::Refused { url: shared.shown.clone(), reason: reason(&error) });
            }
            Err(error) if config.require_connection => {
                let reason = format!("{}: {}", shared.shown, reason(&error));
                return Err(CacheError::Unavailable { reason });
            }
            Err(error) => {
                tracing::warn!(server = %shared.shown, reason = %reason(&error), "the cache server can't be reached; loading from the source, and connecting in the background");
            }
        }
        let wake = Arc::clone(&shared.wake);
        tokio::spawn(supervise(Arc::downgrade(&shared), wake, shared.link.load_full()));
        Ok(Supervisor { shared })
    }

    pub(super) fn address(&self) -> &str {
        &self.shared.shown
    }

    /// The connection, if there is one that works.
    pub(super) fn link(&self) -> Option<Arc<Link>> {
        self.shared.link.load_full()
    }

    /// Takes a connection out of use, if the error says that it is broken.
    pub(super) fn judge(&self, link: &Arc<Link>, error: &RedisError) {
        if is_broken(error) && self.shared.withdraw(link) {
            self.shared.wake.notify_one();
        }
    }

    /// Takes the connection out of use until the server answers in time again.
    pub(super) fn give_up(&self, why: &'static str) {
        if let Some(link) = self.link()
            && self.shared.withdraw(&link)
        {
            self.shared.given_up.store(Some(Arc::new(why)));
            self.shared.wake.notify_one();
        }
    }

    pub(super) fn epoch(&self) -> u64 {
        self.shared.epoch.load(Ordering::Relaxed)
    }

    /// Invalidations that could not be sent. They are made up for before a new connection is published, and after a sign of
    /// life of the one that is.
    pub(super) fn backlog(&self) -> &Backlog {
        &self.shared.backlog
    }

    /// The server's time, in milliseconds since 1970.
    pub(super) fn now(&self) -> u64 {
        let offset = self.shared.clock_offset.load(Ordering::Relaxed);
        u64::try_from(now_here().saturating_add(offset)).unwrap_or(0)
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.shared.wake.notify_one();
    }
}

impl Shared {
    async fn connect(&self) -> RedisResult<Link> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.connect_timeout))
            // Every call brings its own deadline.
            .set_response_timeout(None);
        let connecting = async {
            let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
            let link = Link::new(connection).await?;
            self.beat(&link).await?;
            Ok(link)
        };
        within(self.connect_timeout, connecting).await
    }

    /// A sign of life, and the server's clock.
    async fn beat(&self, link: &Link) -> RedisResult<()> {
        let started = Instant::now();
        let (seconds, micros): (i64, i64) = cmd("TIME").query_async(&mut link.connection()).await?;
        let there = seconds.saturating_mul(1000).saturating_add(micros / 1000);
        // The answer was made about half a round trip ago.
        let travelled = i64::try_from(started.elapsed().as_millis() / 2).unwrap_or(0);
        self.clock_offset
            .store(there.saturating_add(travelled).saturating_sub(now_here()), Ordering::Relaxed);
        Ok(())
    }

    /// Whether a call could have an answer within its deadline.
    async fn answers_in_time(&self, link: &Link) -> bool {
        timeout(self.deadline, self.beat(link)).await.is_ok_and(|answer| answer.is_ok())
    }

    /// Makes up for the invalidations that could not be sent. What the server refuses stays in the backlog, and unread: one
    /// command that it does not like must not keep the connection from everybody.
    async fn replay(&self, link: &Link) -> RedisResult<()> {
        if self.backlog.is_empty() {
            return Ok(());
        }
        let mut refused = Vec::new();
        let targets = self.backlog.begin();
        for target in &targets {
            match link.replay(target, self.heartbeat_timeout).await {
                Ok(()) => {}
                Err(error) if is_broken(&error) => return Err(error),
                Err(_) => refused.push(target),
            }
        }
        self.backlog.finish(&refused);
        if targets.len() > refused.len() {
            tracing::info!(server = %self.shown, "made up for invalidations that could not be sent");
        }
        Ok(())
    }

    /// Takes this connection out of use. `false`: it was not in use any more.
    fn withdraw(&self, link: &Arc<Link>) -> bool {
        let was = self.link.compare_and_swap(link, None);
        was.as_ref().is_some_and(|was| Arc::ptr_eq(was, link))
    }

    fn is_current(&self, link: &Arc<Link>) -> bool {
        self.link.load().as_ref().is_some_and(|current| Arc::ptr_eq(current, link))
    }
}

/// Looks after the connection for as long as the store is there.
async fn supervise(store: Weak<Shared>, wake: Arc<Notify>, mut link: Option<Arc<Link>>) {
    loop {
        link = match link {
            Some(link) => {
                let Some(why) = watch(&store, &wake, &link).await else { return };
                if let Some(shared) = store.upgrade() {
                    shared.withdraw(&link);
                    tracing::warn!(server = %shared.shown, reason = %why, "the cache server is lost; loading from the source, and connecting in the background");
                }
                None
            }
            None => {
                let Some(link) = reconnect(&store, &wake).await else { return };
                Some(link)
            }
        };
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
async fn reconnect(store: &Weak<Shared>, wake: &Notify) -> Option<Arc<Link>> {
    let mut pause = FIRST_PAUSE;
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
                shared.epoch.fetch_add(1, Ordering::Relaxed);
                shared.link.store(Some(Arc::clone(&link)));
                tracing::info!(server = %shared.shown, "connected to the cache server");
                return Some(link);
            }
        }
        // Woken early where the store goes.
        let _ = timeout(jittered(pause), wake.notified()).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Whether the connection is to blame, not the command.
fn is_broken(error: &RedisError) -> bool {
    error.is_io_error() || error.is_connection_dropped() || error.is_unrecoverable_error()
}

/// Between a half and the whole of a pause: a fleet must not come back all at once.
fn jittered(pause: Duration) -> Duration {
    let random = RandomState::new().hash_one(0_u8) % 1000;
    pause / 2 + pause.mul_f64(random as f64 / 2000.0)
}

fn now_here() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}
