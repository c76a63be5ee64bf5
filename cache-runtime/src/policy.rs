//! What the attributes say, as plain data. Every constructor is `const`: the macros put these into statics.

use std::fmt;
use std::time::Duration;

use crate::encoding::Encoding;
use crate::key::CharClass;

/// How a strategy keeps its cache and its source in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KindName {
    /// Plain time to live; `set` is the caller's word.
    Ttl,
    /// Values are loaded on a miss (`fetch`), and fall by invalidation.
    CacheAside,
    /// Values are loaded on a miss, and stored by the write that changed the source (`write`).
    WriteThrough,
}

impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            KindName::Ttl => "ttl",
            KindName::CacheAside => "cache_aside",
            KindName::WriteThrough => "write_through",
        })
    }
}

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
}

/// The shortest time: servers count in milliseconds.
const SHORTEST: Duration = Duration::from_millis(1);
/// Ten years; beyond that a time is a unit that got mixed up.
const LONGEST: Duration = Duration::from_secs(3653 * 24 * 60 * 60);

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

    /// Whether anything of this works in the background.
    pub const fn needs_task(&self) -> bool {
        self.stale_while_revalidate.is_some()
            || self.early_refresh != 0
            || self.soft_load_timeout.is_some()
            || self.load_timeout.is_some()
            || self.detached
    }

    /// What is wrong with it: a setting, and what it takes.
    pub const fn problem(&self) -> Option<(&'static str, &'static str)> {
        const RANGE: &str = "it takes 1 ms to 10 years";
        if out_of_range(self.ttl) {
            return Some(("ttl", RANGE));
        }
        if is_out_of_range(self.none_ttl) {
            return Some(("none_ttl", RANGE));
        }
        if is_out_of_range(self.stale_while_revalidate) {
            return Some(("stale_while_revalidate", RANGE));
        }
        if is_out_of_range(self.stale_if_error) {
            return Some(("stale_if_error", RANGE));
        }
        if out_of_range(self.retry_after) {
            return Some(("retry_after", RANGE));
        }
        if is_out_of_range(self.soft_load_timeout) {
            return Some(("soft_load_timeout", RANGE));
        }
        if is_out_of_range(self.load_timeout) {
            return Some(("load_timeout", RANGE));
        }
        if self.early_refresh > 100_000 {
            return Some(("early_refresh", "it takes more than 0, up to 100"));
        }
        if self.jitter >= 1_000_000 {
            return Some(("jitter", "it takes 0 up to, but not including, 1"));
        }
        if let Some(soft) = self.soft_load_timeout {
            if self.stale_while_revalidate.is_none() && self.stale_if_error.is_none() {
                return Some((
                    "soft_load_timeout",
                    "it serves a stale value, so it needs `stale_if_error` or `stale_while_revalidate`",
                ));
            }
            if let Some(hard) = self.load_timeout
                && soft.as_nanos() >= hard.as_nanos()
            {
                return Some(("soft_load_timeout", "it has to be shorter than `load_timeout`"));
            }
        }
        self.encoding.problem()
    }
}

const fn or_zero(window: Option<Duration>) -> Duration {
    match window {
        Some(window) => window,
        None => Duration::ZERO,
    }
}

const fn is_out_of_range(time: Option<Duration>) -> bool {
    match time {
        Some(time) => out_of_range(time),
        None => false,
    }
}

const fn out_of_range(time: Duration) -> bool {
    time.as_nanos() < SHORTEST.as_nanos() || time.as_nanos() > LONGEST.as_nanos()
}

/// The settings as the attributes write them, such as `30m, stale_if_error 6h`.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = shown(self.ttl);
        let times = [
            ("none", self.none_ttl),
            ("stale_while_revalidate", self.stale_while_revalidate),
            ("stale_if_error", self.stale_if_error),
            ("soft_load_timeout", self.soft_load_timeout),
            ("load_timeout", self.load_timeout),
        ];
        for (name, time) in times {
            if let Some(time) = time {
                text += &format!(", {name} {}", shown(time));
            }
        }
        if self.early_refresh > 0 {
            text += &format!(", early_refresh {}", self.early_refresh_beta());
        }
        if self.jitter > 0 {
            text += &format!(", jitter {}", self.jitter_share());
        }
        if self.detached {
            text += ", detached";
        }
        text += &self.encoding.shown();
        f.pad(&text)
    }
}

fn shown(duration: Duration) -> String {
    let mut left = duration.as_millis();
    let mut text = String::new();
    for (unit, millis) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
        if left >= millis {
            text += &format!("{}{unit}", left / millis);
            left %= millis;
        }
    }
    text
}

/// Where a declaration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// The source file, as the compiler was given it.
    pub file: &'static str,
    /// The line in that file, from 1.
    pub line: u32,
    /// The module's path.
    pub module: &'static str,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What `#[cache_strategy]` declares.
#[derive(Debug)]
pub struct Strategy {
    /// The type's name; empty for a function that declares its namespace itself.
    pub name: &'static str,
    /// The first part of every key.
    pub namespace: &'static str,
    /// Raising it leaves all old keys behind.
    pub version: u32,
    /// `namespace:v{version}`.
    pub prefix: &'static str,
    /// How cache and source are kept in step.
    pub kind: KindName,
    /// How long values are kept, where a method does not say otherwise.
    pub policy: Policy,
    /// The fields that are marked `#[key]`: a segment each, ahead of the template's.
    pub fields: &'static [&'static str],
    /// The first paragraph of the documentation.
    pub reason: &'static str,
    /// Where it stands.
    pub location: Location,
}

/// What `#[cached]` declares.
#[derive(Debug)]
pub struct Declaration {
    /// The function's or method's name.
    pub name: &'static str,
    /// The strategy that it belongs to.
    pub strategy: &'static Strategy,
    /// The key's template, as it was written.
    pub template: &'static str,
    /// The template's segments.
    pub segments: &'static [Segment],
    /// The value's type, as it was written.
    pub value: &'static str,
    /// How long values are kept.
    pub policy: Policy,
    /// The first paragraph of the documentation.
    pub reason: &'static str,
    /// Where it stands.
    pub location: Location,
    /// Whether there is a loader: a body that runs on a miss.
    pub loads: bool,
    /// The templates of its tags, as they were written.
    pub tags: &'static [&'static str],
}

/// One segment of a template: literal text, perhaps around a placeholder.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// What stands before the placeholder, or the whole segment.
    pub prefix: &'static str,
    /// What is filled in.
    pub placeholder: Option<Placeholder>,
    /// What stands behind the placeholder.
    pub suffix: &'static str,
}

/// A parameter's place in a template.
#[derive(Clone, Copy, Debug)]
pub struct Placeholder {
    /// The parameter, or the path into one.
    pub name: &'static str,
    /// The texts that it can render as.
    pub class: CharClass,
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_policy_shows_as_the_attributes_write_it() {
        assert_eq!(Policy::new(ms(1_800_000)).to_string(), "30m");
        assert_eq!(
            Policy::new(ms(90_061_001)).none_ttl(Some(ms(500))).to_string(),
            "1d1h1m1s1ms, none 500ms"
        );
        assert_eq!(format!("{:>5}|", Policy::new(ms(3_600_000))), "   1h|");
        let policy =
            Policy::new(ms(1000)).stale_if_error(Some(ms(2000))).jitter(0.1).early_refresh(Some(1.5));
        assert_eq!(policy.to_string(), "1s, stale_if_error 2s, early_refresh 1.5, jitter 0.1");
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let policy = Policy::new(ms(1000));
        assert_eq!(policy.problem(), None);
        let wrong = [
            (policy.ttl(Duration::ZERO), "ttl"),
            (policy.none_ttl(Some(Duration::MAX)), "none_ttl"),
            (policy.stale_while_revalidate(Some(Duration::ZERO)), "stale_while_revalidate"),
            (policy.stale_if_error(Some(Duration::from_nanos(1))), "stale_if_error"),
            (policy.retry_after(Duration::ZERO), "retry_after"),
            (policy.early_refresh(Some(0.0)), "early_refresh"),
            (policy.early_refresh(Some(f64::NAN)), "early_refresh"),
            (policy.early_refresh(Some(100.1)), "early_refresh"),
            (policy.jitter(1.0), "jitter"),
            (policy.jitter(-0.1), "jitter"),
            (policy.jitter(f64::NAN), "jitter"),
            (policy.load_timeout(Some(Duration::ZERO)), "load_timeout"),
            (policy.soft_load_timeout(Some(ms(5))), "soft_load_timeout"),
            (
                policy.stale_if_error(Some(ms(5))).soft_load_timeout(Some(ms(5))).load_timeout(Some(ms(5))),
                "soft_load_timeout",
            ),
        ];
        for (policy, setting) in wrong {
            assert_eq!(policy.problem().map(|(named, _)| named), Some(setting), "{policy:?}");
        }
    }
}
