//! What tells the keys of one declaration apart before they are written, where nothing but whole numbers fills its template.

/// The numbers that fill a template, if there is nothing else to fill in: two keys of one declaration with the same numbers have
/// the same text. Made by generated code.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Brief {
    // Not an array: that would lie in memory, and a processor that reads there at once what it has just written in pieces waits.
    first: u64,
    second: u64,
    /// A key of more numbers has no short form.
    fits: bool,
    count: usize,
}

impl Default for Brief {
    fn default() -> Brief {
        Brief::new()
    }
}

impl Brief {
    /// Of a template in which nothing is filled in.
    #[inline]
    #[must_use]
    pub const fn new() -> Brief {
        Brief { first: 0, second: 0, fits: true, count: 0 }
    }

    /// With one more that is filled in: `None` has no short form.
    #[inline]
    #[must_use]
    pub fn and(self, number: Option<u64>) -> Brief {
        let mut brief = Brief { count: self.count + 1, ..self };
        match (self.count, number) {
            (0, Some(number)) => brief.first = number,
            (1, Some(number)) => brief.second = number,
            _ => brief.fits = false,
        }
        brief
    }

    /// As the declaration of that address asks it.
    #[inline]
    pub(crate) fn asked_by(self, site: usize) -> Option<Question> {
        self.fits.then_some(Question { site, numbers: [self.first, self.second] })
    }
}

/// An entry, named without its key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    pub(crate) site: usize,
    pub(crate) numbers: [u64; 2],
}

impl PartialEq for Question {
    /// One number after the other, for the same reason as in [`Brief`].
    #[inline]
    fn eq(&self, other: &Question) -> bool {
        let ([first, second], [others_first, others_second]) = (self.numbers, other.numbers);
        (self.site ^ other.site) as u64 | (first ^ others_first) | (second ^ others_second) == 0
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::Arc;

    use crate::key::{CacheKey, Key};

    use super::*;

    /// Of whatever types: a function may be generic over one that is filled in.
    ///
    /// Bites: `Some(*self as u64)` in `integers!` (key/parts.rs).
    #[test]
    fn the_same_number_is_the_same_text() {
        fn seen(part: &impl CacheKey) -> (Option<u64>, String) {
            (part.number(), Key::build("n", (part,)).to_string())
        }
        let parts = [
            seen(&7_u8),
            seen(&7_i64),
            seen(&&7_u128),
            seen(&Arc::new(7_usize)),
            seen(&NonZeroU32::MIN),
            seen(&true),
            seen(&"7"),
            seen(&'7'),
            seen(&Some(7_u64)),
            seen(&(7_u64,)),
            seen(&[7_u64]),
            seen(&-1_i8),
            seen(&-1_i64),
            seen(&-1_i128),
            seen(&i64::MIN),
            seen(&u8::MAX),
            seen(&u64::MAX),
            seen(&i64::MAX),
            seen(&u128::MAX),
        ];
        assert_eq!(parts.iter().filter(|(number, _)| number.is_some()).count(), 8);
        for (number, text) in &parts {
            for (other, other_text) in &parts {
                assert!(number.is_none() || number != other || text == other_text, "{text}, {other_text}");
            }
        }
    }

    #[test]
    fn what_is_more_than_some_numbers_has_no_short_form() {
        let one = |number| Brief::new().and(number);
        assert_eq!(one(Some(3)).asked_by(1), Some(Question { site: 1, numbers: [3, 0] }));
        assert_eq!(one(Some(3)).and(Some(4)).asked_by(1), Some(Question { site: 1, numbers: [3, 4] }));
        assert_eq!(one(Some(3)).and(Some(4)).and(Some(5)).asked_by(1), None);
        assert_eq!(one(None).asked_by(1), None);
        assert_eq!(one(None).and(Some(4)).asked_by(1), None);
    }
}
