//! How long values are kept, and how they are loaded, as plain data. Every constructor is `const`: the macros put these into statics.

mod check;
mod show;

use std::time::Duration;

use crate::encoding::Encoding;

/// How long and under which conditions values are kept, and how they are loaded.
///
/// What the attributes say, as plain data; [`Entry::policy`](crate::Entry::policy) changes it for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    ttl: Duration,
    none_ttl: Option<Duration>,
    stale_while_revalidate: Option<Duration>,
    stale_if_error: Option<Duration>,
    retry_after: Duration,
    /// XFetch's beta in thousandths; 0: off.
    early_refresh: u32,
    /// In millionths of the TTL.
    jitter: u32,
    soft_load_timeout: Option<Duration>,
    load_timeout: Option<Duration>,
    detached: bool,
    pub(crate) encoding: Encoding,
    near: bool,
    near_ttl: Option<Duration>,
}

impl Policy {
    /// A policy that keeps values for `ttl`, and nothing else.
    pub const fn new(ttl: Duration) -> Policy {
        Policy {
            ttl,
            none_ttl: None,
            stale_while_revalidate: None,
            stale_if_error: None,
            retry_after: Duration::from_secs(1),
            early_refresh: 0,
            jitter: 0,
            soft_load_timeout: None,
            load_timeout: None,
            detached: false,
            encoding: Encoding::new(),
            near: true,
            near_ttl: None,
        }
    }

    /// Keeps values for `ttl`: 1 ms to 10 years, as all times here.
    #[must_use]
    pub const fn ttl(self, ttl: Duration) -> Policy {
        Policy { ttl, ..self }
    }

    /// Keeps the answer `None` too, for `ttl`; it is never served stale. `None`: it is not kept.
    #[must_use]
    pub const fn none_ttl(self, ttl: Option<Duration>) -> Policy {
        Policy { none_ttl: ttl, ..self }
    }

    /// For so long after its TTL a value is still served while it is loaded anew in the background (RFC 5861, section 3).
    #[must_use]
    pub const fn stale_while_revalidate(self, window: Option<Duration>) -> Policy {
        Policy { stale_while_revalidate: window, ..self }
    }

    /// For so long after its TTL a value is served where loading it anew fails (RFC 5861, section 4). A window of its own,
    /// not in addition to the other one.
    #[must_use]
    pub const fn stale_if_error(self, window: Option<Duration>) -> Policy {
        Policy { stale_if_error: window, ..self }
    }

    /// How long a stale value is served without asking again after a load has failed; by default 1 s.
    #[must_use]
    pub const fn retry_after(self, pause: Duration) -> Policy {
        Policy { retry_after: pause, ..self }
    }

    /// Loads a value anew in the background before its TTL ends: at a random moment, the earlier the longer a load takes
    /// (XFetch: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015). `beta` is 1 in
    /// that paper, above 1 it is earlier; more than 0, up to 100. `None`: not before the TTL ends.
    #[must_use]
    pub const fn early_refresh(self, beta: Option<f64>) -> Policy {
        let early_refresh = match beta {
            // What is out of range shows as such, also what is too small for a thousandth.
            Some(beta) if beta > 0.0 && beta < 0.001 => 1,
            Some(beta) if beta > 0.0 => (beta * 1000.0) as u32,
            Some(_) => u32::MAX,
            None => 0,
        };
        Policy { early_refresh, ..self }
    }

    /// Takes a random share of up to `share` off each value's TTL, so that values stored together do not end together; from 0
    /// up to, but not including, 1.
    #[must_use]
    pub const fn jitter(self, share: f64) -> Policy {
        let jitter = if share >= 0.0 { (share * 1_000_000.0) as u32 } else { u32::MAX };
        Policy { jitter, ..self }
    }

    /// Where there is a stale value, a load is waited for only so long; it goes on in the background. Needs a stale window.
    #[must_use]
    pub const fn soft_load_timeout(self, timeout: Option<Duration>) -> Policy {
        Policy { soft_load_timeout: timeout, ..self }
    }

    /// A load is waited for only so long, and then it is an error; it goes on in the background, and its value is stored.
    #[must_use]
    pub const fn load_timeout(self, timeout: Option<Duration>) -> Policy {
        Policy { load_timeout: timeout, ..self }
    }

    /// Loads in a task, so that a caller that goes away does not take its load along.
    #[must_use]
    pub const fn detached(self, detached: bool) -> Policy {
        Policy { detached, ..self }
    }

    /// Whether values are kept in the near cache too, where the cache has one ([`CacheBuilder::near`](crate::CacheBuilder::near)).
    #[must_use]
    pub const fn near(self, near: bool) -> Policy {
        Policy { near, ..self }
    }

    /// How long a value stays in the near cache at the most. `None`: for as long as it is fresh.
    #[must_use]
    pub const fn near_ttl(self, ttl: Option<Duration>) -> Policy {
        Policy { near_ttl: ttl, ..self }
    }

    /// How long a value is kept.
    pub const fn time_to_live(&self) -> Duration {
        self.ttl
    }

    /// How long the answer `None` is kept; `None`: it is not kept.
    pub const fn none_time_to_live(&self) -> Option<Duration> {
        self.none_ttl
    }

    /// How long after its TTL a value is served while it is loaded anew.
    pub const fn revalidation_window(&self) -> Duration {
        or_zero(self.stale_while_revalidate)
    }

    /// How long after its TTL a value is served where loading fails.
    pub const fn error_window(&self) -> Duration {
        or_zero(self.stale_if_error)
    }

    /// How long a source that has failed is left alone, where a stale value is served.
    pub const fn retry_pause(&self) -> Duration {
        self.retry_after
    }

    /// XFetch's beta; 0: values are not refreshed early.
    pub const fn early_refresh_beta(&self) -> f64 {
        self.early_refresh as f64 / 1000.0
    }

    /// The share of its TTL that may be taken off a value at random.
    pub const fn jitter_share(&self) -> f64 {
        self.jitter as f64 / 1_000_000.0
    }

    /// How long a load is waited for where there is a stale value.
    pub const fn soft_bound(&self) -> Option<Duration> {
        self.soft_load_timeout
    }

    /// How long a load is waited for.
    pub const fn bound(&self) -> Option<Duration> {
        self.load_timeout
    }

    /// Whether loads run in tasks.
    pub const fn is_detached(&self) -> bool {
        self.detached
    }

    /// Whether values are kept in the near cache too.
    pub const fn is_near(&self) -> bool {
        self.near
    }

    /// How long a value stays in the near cache at the most.
    pub const fn near_time_to_live(&self) -> Option<Duration> {
        self.near_ttl
    }

    /// Whether anything of this works in the background.
    pub const fn needs_task(&self) -> bool {
        self.stale_while_revalidate.is_some()
            || self.early_refresh != 0
            || self.soft_load_timeout.is_some()
            || self.load_timeout.is_some()
            || self.detached
    }
}

const fn or_zero(window: Option<Duration>) -> Duration {
    match window {
        Some(window) => window,
        None => Duration::ZERO,
    }
}
