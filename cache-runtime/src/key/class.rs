//! Which texts a part of a key can render as: how `verify` knows that `user/<i64>` and `user/me` never meet.

/// The set of texts that a key part's type can render as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CharClass(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Any,
    Unsigned,
    Signed,
    Bool,
    Uuid,
}

impl CharClass {
    /// Any text.
    pub const ANY: CharClass = CharClass(Kind::Any);
    /// Decimal digits.
    pub const UNSIGNED: CharClass = CharClass(Kind::Unsigned);
    /// Decimal digits, perhaps behind a minus sign.
    pub const SIGNED: CharClass = CharClass(Kind::Signed);
    /// `true` or `false`.
    pub const BOOL: CharClass = CharClass(Kind::Bool);
    /// A UUID in lower case with hyphens.
    pub const UUID: CharClass = CharClass(Kind::Uuid);

    /// Whether a value of this class can render as `text`.
    pub fn matches(self, text: &str) -> bool {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match self.0 {
            Kind::Any => true,
            Kind::Unsigned => digits(text),
            Kind::Signed => digits(text.strip_prefix('-').unwrap_or(text)),
            Kind::Bool => text == "true" || text == "false",
            Kind::Uuid => {
                text.len() == 36
                    && text.char_indices().all(|(at, character)| match at {
                        8 | 13 | 18 | 23 => character == '-',
                        _ => character.is_ascii_digit() || ('a'..='f').contains(&character),
                    })
            }
        }
    }

    /// Whether some text is in both classes.
    pub fn overlaps(self, other: CharClass) -> bool {
        use Kind::{Any, Signed, Unsigned};
        match (self.0, other.0) {
            (Any, _) | (_, Any) | (Unsigned, Signed) | (Signed, Unsigned) => true,
            (one, two) => one == two,
        }
    }
}
