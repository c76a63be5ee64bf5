//! Percent-encoding of the characters that mean something in a key, a pattern or a hash tag.

/// What to do with a byte of a value.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    Plain,
    Escape,
    /// `(`, `)` and `,`: they hold composite parts together, so inside one they are escaped.
    Composite,
    NonAscii,
}

static CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut table = [Class::Plain; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            0..=b' ' | 0x7f => Class::Escape,
            b':' | b'%' | b'*' | b'?' | b'[' | b']' | b'\\' | b'{' | b'}' | b'#' => Class::Escape,
            b'(' | b')' | b',' => Class::Composite,
            0x80..=0xff => Class::NonAscii,
            _ => Class::Plain,
        };
        byte += 1;
    }
    table
}

/// Writes `value` to `out`, encoded; `composite` says that it stands inside parentheses.
pub(super) fn escape(value: &str, composite: bool, mut out: impl FnMut(&str)) {
    let mut plain_from = 0;
    for (at, character) in value.char_indices() {
        let escaped = match CLASSES[value.as_bytes()[at] as usize] {
            Class::Plain => false,
            Class::Escape => true,
            Class::Composite => composite,
            Class::NonAscii => character.is_whitespace() || character.is_control(),
        };
        if escaped {
            out(&value[plain_from..at]);
            plain_from = at + character.len_utf8();
            for byte in &value.as_bytes()[at..plain_from] {
                let hex = [b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
                out(std::str::from_utf8(&hex).unwrap_or_default());
            }
        }
    }
    out(&value[plain_from..]);
}

/// Whether `value` can be written as it is: the case that is worth being quick at.
#[inline]
pub(super) fn is_plain(value: &str) -> bool {
    value.bytes().all(|byte| CLASSES[usize::from(byte)] == Class::Plain)
}

pub(super) const HEX: &[u8; 16] = b"0123456789ABCDEF";
