//! The types that can be part of a key.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16,
    NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
};
use std::rc::Rc;
use std::sync::Arc;

use super::{CharClass, KeyWriter};

/// A type whose values can be part of a key.
///
/// Implemented for integers, `bool`, `char`, strings, `Option`, slices, arrays, tuples and smart pointers of these, and
/// for IP addresses. `#[derive(CacheKey)]` implements it for newtypes, structs and enums. There is no implementation for
/// floats (`-0.0 == 0.0`, `NaN != NaN`) and none for everything that is `Display` or `Debug`: two values could show alike.
///
/// An implementation writes different text for different values:
///
/// ```
/// use cache_runtime::{CacheKey, Key, KeyWriter};
///
/// struct Sku(String);
///
/// impl CacheKey for Sku {
///     fn render(&self, key: &mut KeyWriter) {
///         key.text(&self.0); // percent-encodes what means something in a key
///     }
/// }
///
/// assert_eq!(Key::build("shop", (Sku("a:1".into()),)), "shop:v1:a%3A1");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be part of a cache key",
    label = "not a key part",
    note = "put `#[derive(CacheKey)]` on `{Self}`, or pass a part of it that is one (`<param.id>` with `partial(param)`); a type of another crate goes into one of yours that implements `CacheKey`",
    note = "if it does not change the answer, leave it out by name: `skip(…)`",
    note = "floats are no key parts: use `to_bits()` or a whole number of the smallest unit"
)]
pub trait CacheKey {
    /// Which texts a value can render as.
    const CLASS: CharClass = CharClass::ANY;

    /// Whether a value can render as `None` does; a `Some` of such a type is marked.
    const NULLABLE: bool = false;

    /// The longest text in bytes that a value renders as, where there is one.
    const MAX_LEN: Option<usize> = None;

    /// Appends this value to a key.
    fn render(&self, key: &mut KeyWriter);

    /// The number whose decimal digits are all that it appends.
    #[doc(hidden)]
    #[inline]
    fn number(&self) -> Option<u64> {
        None
    }
}

macro_rules! integers {
    ($class:ident: $($integer:ty, $max:literal;)* |$number:ident, $key:ident| $render:expr) => {$(
        impl CacheKey for $integer {
            const CLASS: CharClass = CharClass::$class;
            const MAX_LEN: Option<usize> = Some($max);

            #[allow(clippy::unnecessary_cast)] // of the one that is a `u64` already
            #[inline]
            fn render(&self, $key: &mut KeyWriter) {
                let $number = *self;
                $render
            }

            #[allow(clippy::unnecessary_fallible_conversions)] // of those that are never negative
            #[inline]
            fn number(&self) -> Option<u64> {
                u64::try_from(*self).ok()
            }
        }
    )*};
}

integers!(UNSIGNED: u8, 3; u16, 5; u32, 10; u64, 20; usize, 20; |number, key| key.digits(number as u64));
integers!(SIGNED: i8, 4; i16, 6; i32, 11; i64, 20; isize, 20; |number, key| {
    if number < 0 {
        key.literal("-");
    }
    key.digits(number.unsigned_abs() as u64);
});
integers!(UNSIGNED: u128, 39; |number, key| key.literal(itoa::Buffer::new().format(number)));
integers!(SIGNED: i128, 40; |number, key| key.literal(itoa::Buffer::new().format(number)));

macro_rules! non_zero {
    ($($non_zero:ty = $integer:ty),*) => {$(
        impl CacheKey for $non_zero {
            const CLASS: CharClass = <$integer as CacheKey>::CLASS;
            const MAX_LEN: Option<usize> = <$integer as CacheKey>::MAX_LEN;

            fn render(&self, key: &mut KeyWriter) {
                self.get().render(key);
            }

            #[inline]
            fn number(&self) -> Option<u64> {
                self.get().number()
            }
        }
    )*};
}

non_zero!(NonZeroU8 = u8, NonZeroU16 = u16, NonZeroU32 = u32, NonZeroU64 = u64, NonZeroU128 = u128);
non_zero!(NonZeroI8 = i8, NonZeroI16 = i16, NonZeroI32 = i32, NonZeroI64 = i64, NonZeroI128 = i128);
non_zero!(NonZeroUsize = usize, NonZeroIsize = isize);

impl CacheKey for bool {
    const CLASS: CharClass = CharClass::BOOL;
    const MAX_LEN: Option<usize> = Some(5);

    fn render(&self, key: &mut KeyWriter) {
        key.literal(if *self { "true" } else { "false" });
    }
}

impl CacheKey for char {
    const MAX_LEN: Option<usize> = Some(12);

    fn render(&self, key: &mut KeyWriter) {
        key.text(self.encode_utf8(&mut [0; 4]));
    }
}

impl CacheKey for str {
    #[inline]
    fn render(&self, key: &mut KeyWriter) {
        key.text(self);
    }
}

impl CacheKey for String {
    #[inline]
    fn render(&self, key: &mut KeyWriter) {
        key.text(self);
    }
}

macro_rules! addresses {
    ($($address:ty, $max:literal;)*) => {$(
        impl CacheKey for $address {
            const MAX_LEN: Option<usize> = Some($max);

            fn render(&self, key: &mut KeyWriter) {
                key.display(self);
            }
        }
    )*};
}

// An IPv6 address has up to 7 colons, each three bytes long in a key.
addresses!(IpAddr, 59; Ipv4Addr, 15; Ipv6Addr, 59;);

/// A pointer is the value that it points to.
macro_rules! transparent {
    ($([$($generics:tt)*] $pointer:ty = $inner:ident;)*) => {$(
        impl<$($generics)*> CacheKey for $pointer {
            const CLASS: CharClass = $inner::CLASS;
            const NULLABLE: bool = $inner::NULLABLE;
            const MAX_LEN: Option<usize> = $inner::MAX_LEN;

            #[inline]
            fn render(&self, key: &mut KeyWriter) {
                (**self).render(key);
            }

            #[inline]
            fn number(&self) -> Option<u64> {
                (**self).number()
            }
        }
    )*};
}

transparent! {
    [T: CacheKey + ?Sized] &T = T;
    [T: CacheKey + ?Sized] &mut T = T;
    [T: CacheKey + ?Sized] Box<T> = T;
    [T: CacheKey + ?Sized] Rc<T> = T;
    [T: CacheKey + ?Sized] Arc<T> = T;
    [T: CacheKey + ToOwned + ?Sized] Cow<'_, T> = T;
}

impl<T: CacheKey> CacheKey for Option<T> {
    const NULLABLE: bool = true;
    const MAX_LEN: Option<usize> = match T::MAX_LEN {
        Some(longest) => Some(longest + 2),
        None => None,
    };

    fn render(&self, key: &mut KeyWriter) {
        match self {
            None => key.none(),
            Some(value) => {
                if T::NULLABLE {
                    key.some();
                }
                value.render(key);
            }
        }
    }
}

/// Each element is followed by a comma: `()` is the empty list, `(,)` a list of one empty text.
impl<T: CacheKey> CacheKey for [T] {
    fn render(&self, key: &mut KeyWriter) {
        key.open();
        for element in self {
            element.render(key);
            key.comma();
        }
        key.close();
    }
}

impl<T: CacheKey> CacheKey for Vec<T> {
    fn render(&self, key: &mut KeyWriter) {
        self.as_slice().render(key);
    }
}

impl<T: CacheKey, const N: usize> CacheKey for [T; N] {
    fn render(&self, key: &mut KeyWriter) {
        self.as_slice().render(key);
    }
}

macro_rules! tuples {
    ($(($first:ident $($rest:ident)*))*) => {$(
        impl<$first: CacheKey, $($rest: CacheKey),*> CacheKey for ($first, $($rest,)*) {
            #[allow(non_snake_case)]
            fn render(&self, key: &mut KeyWriter) {
                let ($first, $($rest,)*) = self;
                key.open();
                $first.render(key);
                $(key.comma(); $rest.render(key);)*
                key.close();
            }
        }
    )*};
}

tuples! { (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) }

#[cfg(feature = "uuid")]
impl CacheKey for uuid::Uuid {
    const CLASS: CharClass = CharClass::UUID;
    const MAX_LEN: Option<usize> = Some(36);

    fn render(&self, key: &mut KeyWriter) {
        key.literal(self.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()));
    }
}

#[cfg(feature = "chrono")]
impl CacheKey for chrono::NaiveDate {
    fn render(&self, key: &mut KeyWriter) {
        key.display(self);
    }
}

#[cfg(feature = "chrono")]
impl<Z: chrono::TimeZone> CacheKey for chrono::DateTime<Z> {
    /// The instant in UTC: two zones' names for one instant are one key.
    fn render(&self, key: &mut KeyWriter) {
        key.display(&self.naive_utc());
    }
}
