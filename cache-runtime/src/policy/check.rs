//! What a policy may say.

use std::time::Duration;

use super::Policy;

/// The shortest time: servers count in milliseconds.
const SHORTEST: Duration = Duration::from_millis(1);
/// Ten years; beyond that a time is a unit that got mixed up.
const LONGEST: Duration = Duration::from_secs(3653 * 24 * 60 * 60);

impl Policy {
    /// What is wrong with it: a setting, and what it takes.
    pub const fn problem(&self) -> Option<(&'static str, &'static str)> {
        const RANGE: &str = "it takes 1 ms to 10 years";
        if out_of_range(self.ttl) {
            return Some(("ttl", RANGE));
        }
        if is_out_of_range(self.none_ttl) {
            return Some(("none_ttl", RANGE));
        }
        if is_out_of_range(self.near_ttl) {
            return Some(("near_ttl", RANGE));
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

const fn is_out_of_range(time: Option<Duration>) -> bool {
    match time {
        Some(time) => out_of_range(time),
        None => false,
    }
}

const fn out_of_range(time: Duration) -> bool {
    time.as_nanos() < SHORTEST.as_nanos() || time.as_nanos() > LONGEST.as_nanos()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
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
            (policy.near_ttl(Some(Duration::ZERO)), "near_ttl"),
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
