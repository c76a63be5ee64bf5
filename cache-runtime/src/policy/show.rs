//! A policy in words.

use std::fmt;
use std::time::Duration;

use super::Policy;

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
            ("near_ttl", self.near_ttl),
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
        if !self.near {
            text += ", not near";
        }
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
}
