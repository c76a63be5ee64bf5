//! How old a value is, for a policy: whether it is served, and whether somebody has to load it anew.

use std::time::Duration;

use crate::policy::Policy;
use crate::random;
use crate::record::Life;

/// What a value's age means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    Fresh,
    /// Fresh, and to be loaded anew already.
    Early,
    /// Past its TTL, and served while it is loaded anew.
    Revalidate,
    /// Past its TTL, and served only where loading it anew fails.
    IfError,
    /// Of no use any more.
    Over,
}

impl Age {
    #[inline]
    pub(crate) fn of(life: Life, policy: &Policy, now: u64) -> Age {
        if now < life.fresh_until {
            return if is_due(life, policy, now) { Age::Early } else { Age::Fresh };
        }
        let past = Duration::from_millis(now - life.fresh_until);
        // The answer `None` is never served stale: who asks for what has appeared meanwhile would not find it.
        if life.none {
            Age::Over
        } else if past < policy.revalidation_window() {
            Age::Revalidate
        } else if past < policy.error_window() {
            Age::IfError
        } else {
            Age::Over
        }
    }
}

/// For how long a value is fresh, and need not be loaded anew: as if the moment for that were drawn now, once for all readers of
/// a copy.
pub(crate) fn fresh_for(life: Life, policy: &Policy, now: u64) -> Duration {
    let left = life.fresh_until.saturating_sub(now) as f64;
    Duration::from_millis((left - ahead(life, policy)).max(0.0) as u64)
}

/// XFetch (Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015): a random moment
/// before the end, the earlier the longer the last load took.
fn is_due(life: Life, policy: &Policy, now: u64) -> bool {
    policy.early_refresh_beta() > 0.0 && ahead(life, policy) >= (life.fresh_until - now) as f64
}

/// How many milliseconds before its end a value is loaded anew, drawn at random.
fn ahead(life: Life, policy: &Policy) -> f64 {
    let beta = policy.early_refresh_beta();
    if beta == 0.0 {
        return 0.0;
    }
    f64::from(life.load_micros) / 1000.0 * beta * -random::unit().ln()
}

impl Policy {
    /// How long after its TTL a value may be of use.
    pub(crate) fn stale_window(&self) -> Duration {
        self.revalidation_window().max(self.error_window())
    }

    /// The TTL of one value: less a random share.
    pub(crate) fn jittered(&self, ttl: Duration) -> Duration {
        match self.jitter_share() {
            0.0 => ttl,
            share => ttl.mul_f64(1.0 - share * (1.0 - random::unit())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(load_micros: u32) -> Life {
        Life { fresh_until: 10_000, load_micros, none: false }
    }

    const fn ms(millis: u64) -> Option<Duration> {
        Some(Duration::from_millis(millis))
    }

    // Bites: fails without `past < policy.error_window()` in Age::of (age.rs).
    #[test]
    fn the_two_windows_begin_with_the_end_of_the_ttl_and_do_not_add_up() {
        let policy =
            Policy::new(Duration::from_secs(1)).stale_while_revalidate(ms(100)).stale_if_error(ms(300));
        let age = |now| Age::of(life(0), &policy, now);
        assert_eq!([9_999, 10_000, 10_099].map(age), [Age::Fresh, Age::Revalidate, Age::Revalidate]);
        assert_eq!([10_100, 10_299, 10_300].map(age), [Age::IfError, Age::IfError, Age::Over]);
        let none = Life { none: true, ..life(0) };
        assert_eq!(Age::of(none, &policy, 10_000), Age::Over);
    }

    // Bites: fails without `is_due(…)` in Age::of (age.rs).
    #[test]
    fn a_refresh_is_the_earlier_the_longer_a_load_takes() {
        let policy = Policy::new(Duration::from_secs(10)).early_refresh(Some(1.0));
        let early = |load_micros, left: u64| {
            let life = life(load_micros);
            (0..10_000).filter(|_| Age::of(life, &policy, 10_000 - left) == Age::Early).count()
        };
        // exp(-left / load): about 3679 of 10,000 one load time before the end.
        assert!((3400..3950).contains(&early(100_000, 100)), "{}", early(100_000, 100));
        assert!((30..150).contains(&early(100_000, 500)), "{}", early(100_000, 500));
        assert_eq!(early(0, 1), 0);
        assert_eq!(Age::of(life(100_000), &Policy::new(Duration::from_secs(10)), 9_999), Age::Fresh);
    }

    #[test]
    fn jitter_takes_away_up_to_its_share() {
        let ttl = Duration::from_secs(100);
        let policy = Policy::new(ttl).jitter(0.2);
        let times: Vec<f64> = (0..10_000).map(|_| policy.jittered(ttl).as_secs_f64()).collect();
        assert!(times.iter().all(|time| (80.0..=100.0).contains(time)));
        let mean = times.iter().sum::<f64>() / 10_000.0;
        assert!((89.5..90.5).contains(&mean), "{mean}");
        assert_eq!(Policy::new(ttl).jittered(ttl), ttl);
    }
}
