//! What tells the keys of one declaration apart before they are written, where nothing but whole numbers fills its template.

/// So many numbers; a key of more has no short form.
const NUMBERS: usize = 2;

/// The numbers that fill a template, if there is nothing else to fill in: two keys of one declaration with the same numbers have
/// the same text. Made by generated code.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Brief {
    numbers: Option<[u64; NUMBERS]>,
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
        Brief { numbers: Some([0; NUMBERS]), count: 0 }
    }

    /// With one more that is filled in: `None` has no short form.
    #[inline]
    #[must_use]
    pub fn and(self, number: Option<u64>) -> Brief {
        let mut numbers = self.numbers;
        match (numbers.as_mut().and_then(|numbers| numbers.get_mut(self.count)), number) {
            (Some(place), Some(number)) => *place = number,
            _ => numbers = None,
        }
        Brief { numbers, count: self.count + 1 }
    }

    /// As the declaration of that address asks it.
    #[inline]
    pub(crate) fn asked_by(self, site: usize) -> Option<Question> {
        self.numbers.map(|numbers| Question { site, numbers })
    }
}

/// An entry, named without its key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Question {
    pub(crate) site: usize,
    pub(crate) numbers: [u64; NUMBERS],
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
