//! Patterns over keys: some parts given, some [`Any`].

use std::fmt;

use super::writer::HASH_MARK;
use super::{CacheKey, KeyType, KeyWriter, MAX_KEY_BYTES, is_tag};

/// Stands for every value of a part, in a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Any;

/// A value or [`Any`].
pub trait PatternPart {
    /// The longest text in bytes that a matching part has, where there is one.
    const MAX_LEN: Option<usize>;

    /// Appends this part to a pattern.
    fn render(&self, pattern: &mut PatternWriter);
}

impl<T: CacheKey> PatternPart for T {
    const MAX_LEN: Option<usize> = T::MAX_LEN;

    fn render(&self, pattern: &mut PatternWriter) {
        pattern.key.part(self);
    }
}

impl PatternPart for Any {
    const MAX_LEN: Option<usize> = None;

    fn render(&self, pattern: &mut PatternWriter) {
        pattern.any(None);
    }
}

/// A value of the type `T`, or [`Any`]: what a `…_pattern` companion takes.
#[diagnostic::on_unimplemented(
    message = "a pattern takes a `{T}` or `Any` here, not `{Self}`",
    label = "neither `{T}` nor `Any`"
)]
pub trait KeyMatch<T: ?Sized> {
    /// Appends this part to a pattern.
    fn render_match(&self, pattern: &mut PatternWriter);
}

impl<T: CacheKey> KeyMatch<T> for T {
    fn render_match(&self, pattern: &mut PatternWriter) {
        pattern.key.part(self);
    }
}

impl<T: CacheKey> KeyMatch<T> for Any {
    fn render_match(&self, pattern: &mut PatternWriter) {
        pattern.any(T::MAX_LEN);
    }
}

/// The keys of some parts, whatever the others are.
///
/// Displays as the glob that a Redis server understands. Matching is by segment: a `*` never reaches over a `:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    glob: String,
    /// Whether a key of this pattern can be so long that it ends in a hash.
    long_keys: bool,
}

impl Pattern {
    /// The pattern in Redis' glob syntax.
    pub fn as_str(&self) -> &str {
        &self.glob
    }

    /// Whether `key` is one of the keys that this pattern stands for.
    ///
    /// Of a key that ends in a hash only the beginning is known. It matches where that fits: such an entry may fall with
    /// its neighbours, but never survives its own invalidation. A tag is no entry: no pattern takes one along, and with it the
    /// entries of others.
    pub fn matches(&self, key: &str) -> bool {
        match key.rsplit_once(HASH_MARK) {
            Some(_) if is_tag(key) => false,
            Some((kept, _)) => {
                let literal = self.literal();
                self.long_keys && (kept.starts_with(literal) || literal.starts_with(kept))
            }
            None => matches_segments(&self.glob, key),
        }
    }

    /// The globs to scan for: keys as they are, and keys that end in a hash.
    #[cfg(feature = "redis")]
    pub(crate) fn globs(&self) -> Vec<String> {
        let mut globs = vec![self.glob.clone()];
        if self.long_keys {
            let literal = self.literal();
            let kept = &literal[..literal.floor_char_boundary(super::writer::KEPT_BYTES)];
            globs.push(format!("{kept}*{HASH_MARK}*"));
        }
        globs
    }

    /// What stands before the first part that is not given.
    fn literal(&self) -> &str {
        self.glob.split('*').next().unwrap_or_default()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.glob)
    }
}

/// Segment by segment, as no part reaches over a separator. A `*` stands alone or between literal affixes, once.
fn matches_segments(glob: &str, key: &str) -> bool {
    let (mut globs, mut segments) = (glob.split(':'), key.split(':'));
    loop {
        match (globs.next(), segments.next()) {
            (None, None) => return true,
            (Some(glob), Some(segment)) => {
                let fits = match glob.split_once('*') {
                    None => glob == segment,
                    Some((prefix, suffix)) => {
                        segment.len() >= prefix.len() + suffix.len()
                            && segment.starts_with(prefix)
                            && segment.ends_with(suffix)
                    }
                };
                if !fits {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

/// Renders one pattern.
pub struct PatternWriter {
    pub(super) key: KeyWriter,
    /// The longest text that the parts which are not given can have; `None`: there is no longest.
    longest: Option<usize>,
}

impl PatternWriter {
    /// Starts a pattern with its prefix, `namespace:v{version}`.
    pub fn new(prefix: &str) -> PatternWriter {
        PatternWriter { key: KeyWriter::new(prefix), longest: Some(0) }
    }

    pub(super) fn dynamic(namespace: &str, version: u32) -> PatternWriter {
        PatternWriter { key: KeyWriter::dynamic(namespace, version), longest: Some(0) }
    }

    /// Appends text that the compiler has checked.
    pub fn literal(&mut self, text: &str) {
        self.key.literal(text);
    }

    /// Appends the `:` between two segments.
    pub fn separator(&mut self) {
        self.key.separator();
    }

    /// Appends a value or [`Any`].
    pub fn part<T: ?Sized, M: KeyMatch<T> + ?Sized>(&mut self, part: &M) {
        part.render_match(self);
    }

    /// Appends the name of a type.
    pub fn type_part<T: KeyType + ?Sized>(&mut self) {
        self.key.type_part::<T>();
    }

    pub(crate) fn key(&mut self) -> &mut KeyWriter {
        &mut self.key
    }

    fn any(&mut self, longest: Option<usize>) {
        self.longest = self.longest.zip(longest).map(|(one, two)| one + two);
        self.key.literal("*");
    }

    pub(crate) fn into_pattern(self) -> Pattern {
        let glob = self.key.into_string();
        let long_keys = self.longest.is_none_or(|longest| glob.len() + longest > MAX_KEY_BYTES);
        Pattern { glob, long_keys }
    }
}
