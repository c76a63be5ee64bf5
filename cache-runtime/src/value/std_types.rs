//! The shapes of the standard library's types, and by feature of other crates'.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::{CacheValue, SchemaVisitor};

macro_rules! plain {
    ($($plain:ty),* $(,)?) => {$(
        impl CacheValue for $plain {
            fn schema(visitor: &mut SchemaVisitor) {
                visitor.known(stringify!($plain), |_| {});
            }
        }
    )*};
}

plain!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, bool, char, String, ());
plain!(std::time::Duration, std::time::SystemTime, std::path::PathBuf);
plain!(std::net::IpAddr, std::net::Ipv4Addr, std::net::Ipv6Addr, std::net::SocketAddr);

#[cfg(feature = "uuid")]
plain!(uuid::Uuid);

#[cfg(feature = "chrono")]
plain!(chrono::NaiveDate, chrono::NaiveTime, chrono::NaiveDateTime);

#[cfg(feature = "chrono")]
impl<Z: chrono::TimeZone + 'static> CacheValue for chrono::DateTime<Z> {
    fn schema(visitor: &mut SchemaVisitor) {
        visitor.known("chrono::DateTime", |_| {});
    }
}

macro_rules! generic {
    ($($name:literal: [$($parameter:ident),+] $generic:ty;)*) => {$(
        impl<$($parameter: CacheValue),+> CacheValue for $generic {
            fn schema(visitor: &mut SchemaVisitor) {
                visitor.known($name, |visitor| {
                    $($parameter::schema(visitor);)+
                });
            }
        }
    )*};
}

generic! {
    "Vec": [T] Vec<T>;
    "VecDeque": [T] VecDeque<T>;
    "Option": [T] Option<T>;
    "BTreeSet": [T] BTreeSet<T>;
    "BTreeMap": [K, V] BTreeMap<K, V>;
    "Result": [T, E] Result<T, E>;
    "tuple": [A] (A,);
    "tuple": [A, B] (A, B);
    "tuple": [A, B, C] (A, B, C);
    "tuple": [A, B, C, D] (A, B, C, D);
    "tuple": [A, B, C, D, E] (A, B, C, D, E);
    "tuple": [A, B, C, D, E, F] (A, B, C, D, E, F);
}

impl<T: CacheValue, S: 'static> CacheValue for HashSet<T, S> {
    fn schema(visitor: &mut SchemaVisitor) {
        visitor.known("HashSet", T::schema);
    }
}

impl<K: CacheValue, V: CacheValue, S: 'static> CacheValue for HashMap<K, V, S> {
    fn schema(visitor: &mut SchemaVisitor) {
        visitor.known("HashMap", |visitor| {
            K::schema(visitor);
            V::schema(visitor);
        });
    }
}

impl<T: CacheValue, const N: usize> CacheValue for [T; N] {
    fn schema(visitor: &mut SchemaVisitor) {
        visitor.known("array", |visitor| {
            T::schema(visitor);
            visitor.known(&N.to_string(), |_| {});
        });
    }
}

/// What serde writes as the value inside has that value's shape.
macro_rules! transparent {
    ($([$($bound:tt)*] $pointer:ty;)*) => {$(
        impl<T: $($bound)*> CacheValue for $pointer {
            fn schema(visitor: &mut SchemaVisitor) {
                T::schema(visitor);
            }

            fn version(&self) -> Option<u64> {
                T::version(self)
            }
        }
    )*};
}

transparent! {
    [CacheValue] Box<T>;
    [CacheValue] Arc<T>;
    [CacheValue + ToOwned] Cow<'static, T>;
}

macro_rules! text {
    ($($text:ty),*) => {$(
        impl CacheValue for $text {
            fn schema(visitor: &mut SchemaVisitor) {
                String::schema(visitor);
            }
        }
    )*};
}

text!(Box<str>, Arc<str>, Cow<'static, str>);

impl<T: CacheValue> CacheValue for Arc<[T]> {
    fn schema(visitor: &mut SchemaVisitor) {
        Vec::<T>::schema(visitor);
    }
}
