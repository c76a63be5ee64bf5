//! Types named in a key: a type parameter that changes the answer.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::KeyWriter;

/// A type that can be named in a template: `"latest/<T>/<id>"`.
///
/// `#[derive(CacheValue)]` implements it with the type's path; by hand it is one line:
///
/// ```
/// use cache_runtime::{KeyType, KeyWriter};
///
/// struct Post;
///
/// impl KeyType for Post {
///     fn render_type(key: &mut KeyWriter) {
///         key.text("post");
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no name for a cache key",
    label = "this type parameter is in the key",
    note = "put `#[derive(CacheValue)]` on the type, or implement `KeyType`: `fn render_type(key: &mut KeyWriter) {{ key.text(\"name\") }}`",
    note = "in a generic function, add the bound `T: KeyType`; if the type does not change the answer, write `skip(T)`"
)]
pub trait KeyType {
    /// Appends the type's name, different for different types.
    fn render_type(key: &mut KeyWriter);
}

macro_rules! named {
    ($($named:ty),*) => {$(
        impl KeyType for $named {
            fn render_type(key: &mut KeyWriter) {
                key.text(stringify!($named));
            }
        }
    )*};
}

named!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, bool, char, str, String, ());

macro_rules! generic {
    ($($generic:ident<$($parameter:ident),*>),*) => {$(
        impl<$($parameter: KeyType),*> KeyType for $generic<$($parameter),*> {
            fn render_type(key: &mut KeyWriter) {
                key.text(stringify!($generic));
                key.type_arguments(|key| {
                    $(
                        $parameter::render_type(key);
                        key.comma();
                    )*
                });
            }
        }
    )*};
}

generic!(Vec<T>, VecDeque<T>, Option<T>, Box<T>, Arc<T>, HashSet<T>, BTreeSet<T>, HashMap<K, V>, BTreeMap<K, V>);
generic!(Result<T, E>);
