//! Keys from tuples: the dynamic form.

use super::{CacheKey, KeyWriter, PatternPart, PatternWriter};

/// The parts of a key: a tuple, each element one segment.
#[diagnostic::on_unimplemented(
    message = "the parts of a key are a tuple of key parts, not `{Self}`",
    label = "not a tuple of key parts",
    note = "a single part is written with a comma: `(id,)`"
)]
pub trait KeyParts {
    /// Appends `:` and the part, for each part.
    fn render(&self, key: &mut KeyWriter);
}

/// The parts of a pattern: a tuple, each element a key part or [`Any`](super::Any).
#[diagnostic::on_unimplemented(
    message = "the parts of a pattern are a tuple of key parts and `Any`s, not `{Self}`",
    label = "not a tuple of key parts and `Any`s",
    note = "a single part is written with a comma: `(Any,)`"
)]
pub trait PatternParts {
    /// Appends `:` and the part, for each part.
    fn render(&self, pattern: &mut PatternWriter);
}

impl<P: KeyParts + ?Sized> KeyParts for &P {
    fn render(&self, key: &mut KeyWriter) {
        (**self).render(key);
    }
}

macro_rules! tuples {
    ($(($($part:ident)*))*) => {$(
        #[allow(non_snake_case)]
        impl<$($part: CacheKey),*> KeyParts for ($($part,)*) {
            #[inline]
            fn render(&self, key: &mut KeyWriter) {
                let ($($part,)*) = self;
                $(
                    key.separator();
                    key.part($part);
                )*
            }
        }

        #[allow(non_snake_case)]
        impl<$($part: PatternPart),*> PatternParts for ($($part,)*) {
            fn render(&self, pattern: &mut PatternWriter) {
                let ($($part,)*) = self;
                $(
                    pattern.separator();
                    $part.render(pattern);
                )*
            }
        }
    )*};
}

tuples! {
    (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H)
    (A B C D E F G H I) (A B C D E F G H I J) (A B C D E F G H I J K) (A B C D E F G H I J K L)
}
