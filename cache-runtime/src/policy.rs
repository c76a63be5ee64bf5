//! What the attributes say, as plain data. Every constructor is `const`: the macros put these into statics.

use std::fmt;
use std::time::Duration;

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

/// How long and under which conditions values are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    ttl: Duration,
    none_ttl: Option<Duration>,
}

impl Policy {
    /// A policy that keeps values for `ttl_millis` milliseconds.
    pub const fn new(ttl_millis: u64) -> Policy {
        Policy { ttl: Duration::from_millis(ttl_millis), none_ttl: None }
    }

    /// Keeps values for `millis` milliseconds.
    #[must_use]
    pub const fn ttl(self, millis: u64) -> Policy {
        Policy { ttl: Duration::from_millis(millis), ..self }
    }

    /// Keeps the answer `None` too, for `millis` milliseconds.
    #[must_use]
    pub const fn none_ttl(self, millis: u64) -> Policy {
        Policy { none_ttl: Some(Duration::from_millis(millis)), ..self }
    }

    /// How long a value is kept.
    pub const fn time_to_live(&self) -> Duration {
        self.ttl
    }

    /// How long the answer `None` is kept; `None`: it is not kept.
    pub const fn none_time_to_live(&self) -> Option<Duration> {
        self.none_ttl
    }
}

/// The TTL as the attributes write it, such as `30m`.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = shown(self.ttl);
        if let Some(none_ttl) = self.none_ttl {
            text += &format!(", none {}", shown(none_ttl));
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

    #[test]
    fn a_policy_shows_as_the_attributes_write_it() {
        assert_eq!(Policy::new(1_800_000).to_string(), "30m");
        assert_eq!(Policy::new(90_061_001).none_ttl(500).to_string(), "1d1h1m1s1ms, none 500ms");
        assert_eq!(format!("{:>5}|", Policy::new(3_600_000)), "   1h|");
    }
}
