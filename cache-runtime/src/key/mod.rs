//! Cache keys: how they are written, and how patterns over them match.
//!
//! A key is `namespace:v{version}:segment:segment…`. Rendering is injective: two different lists of values never
//! render the same key of one declaration, and no value can look like a separator or widen a pattern.

mod brief;
mod class;
mod digits;
mod dynamic;
mod escape;
mod parts;
mod pattern;
mod tag;
mod types;
mod writer;

#[cfg(test)]
mod tests;

use std::fmt;
use std::hash::{Hash, Hasher};

pub use brief::Brief;
pub(crate) use brief::Question;
pub use class::CharClass;
pub use dynamic::{KeyParts, PatternParts};
pub use parts::CacheKey;
pub use pattern::{Any, KeyMatch, Pattern, PatternPart, PatternWriter};
pub(crate) use tag::is_tag;
pub use types::KeyType;
pub use writer::KeyWriter;

/// The longest key in bytes; what is beyond is replaced by a hash of 128 bits.
pub const MAX_KEY_BYTES: usize = 512;

/// Bytes of a key that are kept on the stack; longer ones take their one allocation.
pub(crate) const INLINE_BYTES: usize = 94;

/// A rendered cache key.
///
/// Short keys (up to 94 bytes) live in the value itself, longer ones in one allocation.
///
/// ```
/// use cache_runtime::Key;
///
/// let key = Key::build("chat", ("conversation", 123, "messages"));
/// assert_eq!(key, "chat:v1:conversation:123:messages");
/// assert_ne!(Key::build("chat", ("a:b", "c")), Key::build("chat", ("a", "b:c")));
/// ```
#[derive(Clone)]
pub struct Key {
    text: Text,
}

#[derive(Clone)]
pub(crate) enum Text {
    Inline { len: u8, bytes: [u8; INLINE_BYTES] },
    Heap(String),
}

impl Text {
    #[inline]
    fn as_bytes(&self) -> &[u8] {
        match self {
            Text::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Text::Heap(text) => text.as_bytes(),
        }
    }
}

impl Key {
    /// The key of `parts` in version 1 of `namespace`.
    ///
    /// Each part becomes one segment. A namespace is `[a-z0-9_-]+`; other characters in it are percent-encoded.
    pub fn build(namespace: &str, parts: impl KeyParts) -> Key {
        Key::build_version(namespace, 1, parts)
    }

    /// The key of `parts` in a given version of `namespace`.
    pub fn build_version(namespace: &str, version: u32, parts: impl KeyParts) -> Key {
        let mut writer = KeyWriter::dynamic(namespace, version);
        parts.render(&mut writer);
        writer.finish()
    }

    /// The pattern of `parts`, of which some are [`Any`], in version 1 of `namespace`.
    ///
    /// ```
    /// use cache_runtime::{Any, Key};
    ///
    /// let pattern = Key::pattern("chat", ("conversation", Any, "messages"));
    /// assert_eq!(pattern.to_string(), "chat:v1:conversation:*:messages");
    /// assert!(pattern.matches("chat:v1:conversation:42:messages"));
    /// ```
    pub fn pattern(namespace: &str, parts: impl PatternParts) -> Pattern {
        Key::pattern_version(namespace, 1, parts)
    }

    /// The pattern of `parts` in a given version of `namespace`.
    pub fn pattern_version(namespace: &str, version: u32, parts: impl PatternParts) -> Pattern {
        let mut writer = PatternWriter::dynamic(namespace, version);
        parts.render(&mut writer);
        writer.into_pattern()
    }

    /// The key of a tag, in version 1 of `namespace`: what `#[cached(tags(…))]` renders, and what
    /// [`Load::tag`](crate::Load::tag) takes.
    ///
    /// ```
    /// use cache_runtime::Key;
    ///
    /// assert_eq!(Key::tag("feed", ("user", 7)), "feed:v1:#tag:user:7");
    /// ```
    pub fn tag(namespace: &str, parts: impl KeyParts) -> Key {
        let mut writer = KeyWriter::dynamic(namespace, 1);
        writer.literal(tag::MARK);
        parts.render(&mut writer);
        writer.finish()
    }

    /// A key from the text of one.
    pub(crate) fn of_text(text: &str) -> Key {
        KeyWriter::new(text).finish()
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        match &self.text {
            Text::Inline { .. } =>
            {
                #[expect(clippy::expect_used, reason = "the writer appends whole `str`s and nothing else")]
                std::str::from_utf8(self.as_bytes()).expect("a key is UTF-8")
            }
            Text::Heap(text) => text,
        }
    }

    /// The key as bytes, as it is sent to the store.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    pub(crate) fn from_text(text: Text) -> Key {
        Key { text }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl AsRef<str> for Key {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl PartialEq<str> for Key {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Key {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}
