//! What the attributes declare, as plain data: a strategy, and what is cached by it.

use std::fmt;

use crate::key::CharClass;
use crate::policy::Policy;

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

/// One segment of a template.
#[derive(Clone, Copy, Debug)]
pub enum Segment {
    /// Text alone.
    Text(&'static str),
    /// What stands before a placeholder, the texts that it can render as, and what stands behind it.
    Around(&'static str, CharClass, &'static str),
}
