//! Keeps one connection to a server, in the background: no call ever waits for a reconnect.
//!
//! A connection is published once it is ready, and withdrawn as soon as it fails; in between calls fail at once.

mod boot;
mod connect;
mod local_time;
mod route;
mod tend;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use redis::{RedisError, RedisResult};
use tokio::sync::Notify;
use tokio::time::Instant;

use self::boot::Boot;
pub(super) use self::boot::Boots;
pub(super) use self::local_time::now_here;
pub(super) use self::route::Route;
pub(super) use self::tend::jittered;
use super::Answer;
use super::answer::{is_broken, is_refusal, reason};
use super::backlog::Backlog;
use super::gather::Together;
use super::home::Home;
use super::link::Link;
use crate::error::CacheError;
use crate::near::Near;

/// How often a connection is asked for a sign of life; also how long a dead one goes unnoticed, at the most twice.
pub(super) const HEARTBEAT: Duration = Duration::from_millis(250);

/// So many steps without an answer in time, one after the other, open the breaker.
const LATE_IN_A_ROW: u32 = 5;

/// The connection to one server, and the task that looks after it. Dropped, it takes the task along.
pub(super) struct Supervisor {
    shared: Arc<Shared>,
}

struct Shared {
    route: Route,
    shown: String,
    connect_timeout: Duration,
    heartbeat_timeout: Duration,
    deadline: Duration,
    link: ArcSwapOption<Link>,
    /// The connection has failed, or the store is gone.
    wake: Arc<Notify>,
    /// Told when a connection was published or lost.
    changed: Option<Arc<Notify>>,
    /// The server's clock less this machine's, in milliseconds.
    clock_offset: AtomicI64,
    /// Why the connection was taken out of use, where it was not the connection that failed.
    given_up: ArcSwapOption<&'static str>,
    /// Steps in a row without an answer in time.
    late: AtomicU32,
    boot: Boot,
    together: Together,
    near: Option<Arc<Near>>,
    home: Home,
    /// What is made up for before a connection is published. None for a node of a cluster: the cluster has one for all.
    backlog: Option<Arc<Backlog>>,
}

/// What a supervisor works with.
pub(super) struct Setup {
    pub(super) connect_timeout: Duration,
    pub(super) deadline: Duration,
    pub(super) backlog: Option<Arc<Backlog>>,
    pub(super) changed: Option<Arc<Notify>>,
    /// Until the server has told its own time.
    pub(super) clock_offset: i64,
    pub(super) boots: Boots,
    /// How it takes many reads at once.
    pub(super) together: Together,
    /// What it tells of changes.
    pub(super) near: Option<Arc<Near>>,
    pub(super) home: Home,
}

/// A heartbeat may share the connection with a large answer.
pub(super) fn heartbeat_timeout(deadline: Duration) -> Duration {
    deadline.max(HEARTBEAT)
}

impl Supervisor {
    pub(super) fn new(route: Route, shown: String, setup: Setup) -> Supervisor {
        Supervisor {
            shared: Arc::new(Shared {
                route,
                shown,
                connect_timeout: setup.connect_timeout,
                heartbeat_timeout: heartbeat_timeout(setup.deadline),
                deadline: setup.deadline,
                link: ArcSwapOption::empty(),
                wake: Arc::new(Notify::new()),
                changed: setup.changed,
                clock_offset: AtomicI64::new(setup.clock_offset),
                given_up: ArcSwapOption::empty(),
                late: AtomicU32::new(0),
                boot: Boot::new(setup.boots),
                together: setup.together,
                near: setup.near,
                home: setup.home,
                backlog: setup.backlog,
            }),
        }
    }

    /// Tries once to connect; where that fails it goes on in the background, unless it is told not to, or the server refuses
    /// the credentials.
    pub(super) async fn start(self, require_connection: bool) -> Answer<Supervisor> {
        let shown = &self.shared.shown;
        match self.shared.connect().await {
            Ok(link) => self.shared.link.store(Some(Arc::new(link))),
            Err(error) if is_refusal(&error) => {
                return Err(CacheError::Refused { url: shown.clone(), reason: reason(&error) });
            }
            Err(error) if require_connection => {
                return Err(CacheError::Unavailable { reason: format!("{shown}: {}", reason(&error)) });
            }
            Err(error) => {
                tracing::warn!(server = %shown, reason = %reason(&error), "the cache server can't be reached; loading from the source, and connecting in the background");
            }
        }
        self.run();
        Ok(self)
    }

    /// Looks after the connection from now on.
    pub(super) fn run(&self) {
        let wake = Arc::clone(&self.shared.wake);
        let tend = tend::tend(Arc::downgrade(&self.shared), wake, self.shared.link.load_full());
        self.shared.home.spawn(tend);
    }

    pub(super) fn address(&self) -> &str {
        &self.shared.shown
    }

    /// The connection, if there is one that works.
    #[inline]
    pub(super) fn link(&self) -> Answer<Arc<Link>> {
        let unavailable =
            || CacheError::Unavailable { reason: format!("no connection to {}", self.address()) };
        self.shared.link.load_full().ok_or_else(unavailable)
    }

    pub(super) fn is_connected(&self) -> bool {
        self.shared.link.load().is_some()
    }

    /// Waits for an answer, and draws conclusions: a connection that is broken is taken out of use at once, and one to a server
    /// that is too slow after a few answers that did not come in time. That one would cost every call its whole deadline (a
    /// circuit breaker, after Nygard's "Release It!"; open is no connection, and the one probe at a time is the task's).
    pub(super) fn judged<T, F>(&self, link: Arc<Link>, answer: F) -> Judged<'_, F>
    where
        F: Future<Output = RedisResult<T>> + Unpin,
    {
        Judged {
            waiting: Waiting { supervisor: self, link, polled: false, since: None, answered: false },
            answer,
        }
    }

    #[inline]
    fn heard<T>(&self, link: &Arc<Link>, answer: &RedisResult<T>) {
        let shared = &self.shared;
        // Looked at first: most of the time there is nothing to write.
        if shared.late.load(Ordering::Relaxed) > 0 {
            shared.late.store(0, Ordering::Relaxed);
        }
        if let Err(error) = answer {
            self.judge(link, error);
        }
    }

    /// Takes a connection out of use, if the error says that it is of no use.
    pub(super) fn judge(&self, link: &Arc<Link>, error: &RedisError) {
        if is_broken(error) {
            self.withdraw(link, None);
        }
    }

    /// Takes a connection out of use, if it still is in use.
    fn withdraw(&self, link: &Arc<Link>, why: Option<&'static str>) {
        if self.shared.withdraw(link) {
            self.shared.given_up.store(why.map(Arc::new));
            self.shared.wake.notify_one();
        }
    }

    /// The key of the record that tells whether the server was restarted, if there is one.
    pub(super) fn boot_key(&self) -> Option<Arc<String>> {
        self.shared.boot.key()
    }

    /// What was created before, in milliseconds since 1970 of the server's clock, may be old.
    #[inline]
    pub(super) fn not_before(&self) -> u64 {
        self.shared.boot.not_before()
    }

    /// The same of keys that have come from another node.
    pub(super) fn inherit(&self, not_before: u64) {
        self.shared.boot.inherit(not_before);
    }

    /// A node may have other slots by now, and has its record in one of them.
    pub(super) fn look_at_slots(&self) {
        self.shared.boot.may_have_moved();
    }

    /// The server's clock less this machine's, in milliseconds.
    #[inline]
    pub(super) fn clock_offset(&self) -> i64 {
        self.shared.clock_offset.load(Ordering::Relaxed)
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.shared.wake.notify_one();
    }
}

/// What `judged` gives.
pub(crate) struct Judged<'a, F> {
    waiting: Waiting<'a>,
    answer: F,
}

impl<T, F: Future<Output = RedisResult<T>> + Unpin> Future for Judged<'_, F> {
    type Output = RedisResult<T>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<RedisResult<T>> {
        let Judged { waiting, answer } = &mut *self;
        let Poll::Ready(answer) = Pin::new(answer).poll(context) else {
            waiting.wait();
            return Poll::Pending;
        };
        waiting.answered = true;
        waiting.supervisor.heard(&waiting.link, &answer);
        Poll::Ready(answer)
    }
}

/// Somebody who waits for an answer. Who goes away without one has waited for most of a call's time, or was dropped early:
/// only the first says something about the server.
struct Waiting<'a> {
    supervisor: &'a Supervisor,
    link: Arc<Link>,
    polled: bool,
    /// Not since the first poll: `Budget::poll_step` polls every step again that is judged.
    since: Option<Instant>,
    answered: bool,
}

impl Waiting<'_> {
    fn wait(&mut self) {
        if std::mem::replace(&mut self.polled, true) {
            self.since.get_or_insert_with(Instant::now);
        }
    }

    fn is_late(&self, deadline: Duration) -> bool {
        !self.answered && self.since.is_some_and(|since| since.elapsed() >= deadline / 2)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let shared = &self.supervisor.shared;
        if !self.is_late(shared.deadline) || !shared.is_current(&self.link) {
            return;
        }
        if shared.late.fetch_add(1, Ordering::Relaxed) + 1 >= LATE_IN_A_ROW {
            shared.late.store(0, Ordering::Relaxed);
            self.supervisor
                .withdraw(&self.link, Some("no answer within the deadline, several times in a row"));
        }
    }
}

impl Shared {
    /// Takes this connection out of use. `false`: it was not in use any more.
    fn withdraw(&self, link: &Arc<Link>) -> bool {
        let was = self.link.compare_and_swap(link, None);
        let withdrawn = was.as_ref().is_some_and(|was| Arc::ptr_eq(was, link));
        if withdrawn {
            link.lose();
            self.tell();
        }
        withdrawn
    }

    fn is_current(&self, link: &Arc<Link>) -> bool {
        self.link.load().as_ref().is_some_and(|current| Arc::ptr_eq(current, link))
    }

    fn tell(&self) {
        if let Some(changed) = &self.changed {
            changed.notify_one();
        }
    }
}
