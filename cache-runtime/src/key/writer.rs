//! Writes a key into its buffer, one part after the other.

use sha2::{Digest, Sha256};

use super::escape::{HEX, escape, is_plain};
use super::{CacheKey, INLINE_BYTES, Key, KeyType, MAX_KEY_BYTES, Text, digits, tag};

/// Bytes of a long key that stay readable: what is left beside `#` and 32 hexadecimal digits.
pub(super) const KEPT_BYTES: usize = MAX_KEY_BYTES - 33;

/// Marks the hash at the end of a long key; no value and no template can contain it.
pub(super) const HASH_MARK: char = '#';

/// Renders one key. A [`CacheKey`] implementation is handed one.
pub struct KeyWriter {
    // The finished key's own form: finishing it is no copy into another one.
    buffer: Text,
    /// How many composite parts (`(…)`) are open.
    depth: u32,
}

impl KeyWriter {
    /// Starts a key with its prefix, `namespace:v{version}`.
    #[inline]
    pub fn new(prefix: &str) -> KeyWriter {
        let mut writer = KeyWriter::empty();
        writer.begin(prefix);
        writer
    }

    /// A writer to [`begin`](KeyWriter::begin) with: what is moved once it holds something is copied as a whole.
    #[doc(hidden)]
    #[inline]
    pub fn empty() -> KeyWriter {
        KeyWriter { buffer: Text::Inline { len: 0, bytes: [0; INLINE_BYTES] }, depth: 0 }
    }

    /// Begins a key with its prefix.
    #[doc(hidden)]
    #[inline]
    pub fn begin(&mut self, prefix: &str) {
        self.literal(prefix);
    }

    /// Begins the key of a tag.
    #[doc(hidden)]
    pub fn begin_tag(&mut self, prefix: &str) {
        self.literal(prefix);
        self.literal(tag::MARK);
    }

    pub(super) fn dynamic(namespace: &str, version: u32) -> KeyWriter {
        let mut writer = KeyWriter::new("");
        writer.text(namespace);
        writer.literal(":v");
        writer.part(&version);
        writer
    }

    /// Appends text that the compiler has checked: a template's literal part.
    // Where it stands in generated code its length is known, and copying it is a move or two instead of a call. In a debug build it
    // would be a quarter of each cached function.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn literal(&mut self, text: &str) {
        match &mut self.buffer {
            Text::Inline { len, bytes } => {
                match bytes.get_mut(usize::from(*len)..usize::from(*len) + text.len()) {
                    Some(free) => {
                        free.copy_from_slice(text.as_bytes());
                        *len += text.len() as u8;
                    }
                    None => self.spill(text),
                }
            }
            Text::Heap(heap) => heap.push_str(text),
        }
    }

    /// Appends a number.
    #[inline]
    pub(super) fn digits(&mut self, number: u64) {
        let count = digits::count(number);
        if let Text::Inline { len, bytes } = &mut self.buffer
            && let Some(place) = bytes.get_mut(usize::from(*len)..usize::from(*len) + count)
        {
            digits::write(number, place);
            *len += count as u8;
        } else {
            self.literal(itoa::Buffer::new().format(number));
        }
    }

    #[cold]
    fn spill(&mut self, text: &str) {
        // Enough for every key that is not cut: one allocation.
        let mut heap = String::with_capacity(MAX_KEY_BYTES.max(INLINE_BYTES + text.len()));
        heap.push_str(self.written());
        heap.push_str(text);
        self.buffer = Text::Heap(heap);
    }

    /// Appends the `:` between two segments.
    #[inline]
    pub fn separator(&mut self) {
        self.literal(":");
    }

    /// Appends a value.
    #[inline]
    pub fn part<T: CacheKey + ?Sized>(&mut self, part: &T) {
        part.render(self);
    }

    /// Appends the name of a type.
    pub fn type_part<T: KeyType + ?Sized>(&mut self) {
        T::render_type(self);
    }

    /// Appends text that comes from outside; what means something in a key is percent-encoded.
    #[inline]
    pub fn text(&mut self, text: &str) {
        if is_plain(text) {
            self.literal(text);
        } else {
            let composite = self.depth > 0;
            escape(text, composite, |piece| self.literal(piece));
        }
    }

    /// Appends what `value` displays; what means something in a key is percent-encoded.
    ///
    /// Only for types of which two different values never display the same.
    pub fn display(&mut self, value: &dyn std::fmt::Display) {
        self.text(&value.to_string());
    }

    /// Opens a part that consists of several: `(`.
    pub fn open(&mut self) {
        self.literal("(");
        self.depth += 1;
    }

    /// Separates two pieces of a composite part: `,`.
    pub fn comma(&mut self) {
        self.literal(",");
    }

    /// Closes a composite part: `)`.
    pub fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.literal(")");
    }

    /// Appends the names of a type's parameters, in parentheses.
    pub fn type_arguments(&mut self, write: impl FnOnce(&mut KeyWriter)) {
        self.open();
        write(self);
        self.close();
    }

    /// Appends `None`: no value can look like it, as `%` is always followed by two digits in one.
    pub(super) fn none(&mut self) {
        self.literal("%-");
    }

    /// Marks a `Some` whose value may itself look like `None`.
    pub(super) fn some(&mut self) {
        self.literal("%+");
    }

    fn written(&self) -> &str {
        match &self.buffer {
            Text::Inline { len, bytes } => {
                std::str::from_utf8(&bytes[..usize::from(*len)]).unwrap_or_default()
            }
            Text::Heap(heap) => heap,
        }
    }

    /// The finished key. Beyond [`MAX_KEY_BYTES`] its end is replaced by a hash of that end.
    // Looked at where it is before it is moved: the compiler then moves it once, to where it stays.
    #[inline]
    pub fn finish(self) -> Key {
        match self.buffer {
            Text::Heap(heap) if heap.len() > MAX_KEY_BYTES => Key::from_text(Text::Heap(cut(heap))),
            text => Key::from_text(text),
        }
    }

    /// The finished key's bytes where they are: to move a key costs more than to look it up.
    #[inline]
    pub(crate) fn finished(&mut self) -> &[u8] {
        if let Text::Heap(heap) = &mut self.buffer
            && heap.len() > MAX_KEY_BYTES
        {
            hash_end(heap);
        }
        self.buffer.as_bytes()
    }

    pub(super) fn into_string(self) -> String {
        match self.buffer {
            Text::Inline { .. } => self.written().to_owned(),
            Text::Heap(heap) => heap,
        }
    }
}

#[cold]
fn cut(mut key: String) -> String {
    hash_end(&mut key);
    key
}

/// Keeps the readable beginning, and puts the first 128 bits of the rest's SHA-256 behind it: somebody who chooses the
/// values must not be able to make two keys meet.
#[cold]
fn hash_end(key: &mut String) {
    let kept = key.floor_char_boundary(KEPT_BYTES);
    let digest = Sha256::digest(&key.as_bytes()[kept..]);
    key.truncate(kept);
    key.push(HASH_MARK);
    for byte in &digest[..16] {
        key.push(char::from(HEX[usize::from(byte >> 4)]));
        key.push(char::from(HEX[usize::from(byte & 15)]));
    }
}
