//! The type of a value: whether it can be cached, its fingerprint, and aliases that hide what is around it.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::Probe;
use crate::value::{CacheValue, Form, Shape, Value, by_name, by_schema};

/// `Result` behind an alias.
pub trait IsResult {
    /// The value's type.
    type Ok;
    /// The error's type.
    type Err;
}

impl<T, E> IsResult for Result<T, E> {
    type Ok = T;
    type Err = E;
}

/// `Option` behind an alias.
pub trait IsOption {
    /// The value's type.
    type Some;
}

impl<T> IsOption for Option<T> {
    type Some = T;
}

/// Refuses a type that can't be cached, at the place where it is written.
pub const fn assert_value<V: Value>() {}

impl<V: CacheValue> Probe<V> {
    /// The derived schema, where there is one.
    pub const SHAPE: Shape = by_schema::<V>();
}

/// Else the type's name.
pub trait ByName {
    /// What is known of the type.
    const SHAPE: Shape;
}

impl<V: 'static> ByName for Probe<V> {
    const SHAPE: Shape = by_name::<V>();
}

/// What is known of a type.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_schema_of {
    ($value:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::{ByName as _, NoArc as _};
        const { <$crate::__private::Probe<$value>>::SHAPE.kept(<$crate::__private::Probe<$value>>::FORM) }
    }};
}
pub use crate::__cache_schema_of as schema_of;

impl<T: DeserializeOwned + Send + Sync + 'static> Probe<Arc<T>> {
    /// How the near cache keeps it.
    pub const FORM: Option<Form> = Some(Form::of_arc::<T>());
}

/// Every other type.
pub trait NoArc {
    /// How the near cache keeps it.
    const FORM: Option<Form> = None;
}

impl<T: ?Sized> NoArc for Probe<T> {}

impl<V: CacheValue> Probe<V> {
    /// Whether the type has a schema.
    pub const HAS_SCHEMA: bool = true;
}

/// Every other type.
pub trait NoSchema {
    /// Whether the type has a schema.
    const HAS_SCHEMA: bool = false;
}

impl<T: ?Sized> NoSchema for Probe<T> {}

/// Whether a type has a schema.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_has_schema {
    ($value:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::NoSchema as _;
        <$crate::__private::Probe<$value>>::HAS_SCHEMA
    }};
}
pub use crate::__cache_has_schema as has_schema;

impl<T, E> Probe<Result<T, E>> {
    /// Whether the type is a `Result` or an `Option`.
    pub const HIDDEN: bool = true;
}

impl<T> Probe<Option<T>> {
    /// Whether the type is a `Result` or an `Option`.
    pub const HIDDEN: bool = true;
}

/// Every other type.
pub trait Visible {
    /// Whether the type is a `Result` or an `Option`.
    const HIDDEN: bool = false;
}

impl<T: ?Sized> Visible for Probe<T> {}

/// Refuses a `Result` or an `Option` that hides behind an alias: its error, or its `None`, would be cached.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_assert_plain {
    ($value:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::Visible as _;
        assert!(
            !<$crate::__private::Probe<$value>>::HIDDEN,
            "this return type is a `Result` or an `Option` behind an alias: add `result` or `option` to the attribute"
        )
    }};
}
pub use crate::__cache_assert_plain as assert_plain;
