//! The type of an error: how it is shared, and whether it can tell of a load that took too long.

use std::fmt::Display;

use super::Probe;
use crate::error::{LoadTimeout, SharedError};
use crate::load::ErrorSharing;

/// Errors that can be cloned.
pub trait ShareByClone<E> {
    /// How the error is shared.
    fn sharing(&self) -> ErrorSharing<E>;
}

impl<E: Clone + Send + Sync + 'static> ShareByClone<E> for &&Probe<E> {
    fn sharing(&self) -> ErrorSharing<E> {
        ErrorSharing::by(E::clone)
    }
}

/// Else errors that can be made from a message.
pub trait ShareByMessage<E> {
    /// How the error is shared.
    fn sharing(&self) -> ErrorSharing<E>;
}

impl<E: Display + From<SharedError>> ShareByMessage<E> for &Probe<E> {
    fn sharing(&self) -> ErrorSharing<E> {
        ErrorSharing::message()
    }
}

/// Else callers load for themselves.
pub trait ShareNever<E> {
    /// How the error is shared.
    fn sharing(&self) -> ErrorSharing<E>;
}

impl<E> ShareNever<E> for Probe<E> {
    fn sharing(&self) -> ErrorSharing<E> {
        ErrorSharing::never()
    }
}

/// How an error reaches callers that waited.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_share_of {
    ($error:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::{ShareByClone as _, ShareByMessage as _, ShareNever as _};
        (&&&$crate::__private::Probe::<$error>::new()).sharing()
    }};
}
pub use crate::__cache_share_of as share_of;

impl<E: From<LoadTimeout>> Probe<E> {
    /// Whether the error can tell of a load that took too long.
    pub const TIMES_OUT: bool = true;

    /// How it does.
    pub const TIMED_OUT: Option<fn(LoadTimeout) -> E> = Some(E::from);
}

/// Every other error.
pub trait NeverTimesOut<E> {
    /// Whether the error can tell of a load that took too long.
    const TIMES_OUT: bool = false;

    /// How it does.
    const TIMED_OUT: Option<fn(LoadTimeout) -> E> = None;
}

impl<E> NeverTimesOut<E> for Probe<E> {}

/// Whether an error can tell of a load that took too long.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_times_out {
    ($error:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::NeverTimesOut as _;
        <$crate::__private::Probe<$error>>::TIMES_OUT
    }};
}
pub use crate::__cache_times_out as times_out;

/// How an error tells of a load that took too long.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_timed_out {
    ($error:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::NeverTimesOut as _;
        <$crate::__private::Probe<$error>>::TIMED_OUT
    }};
}
pub use crate::__cache_timed_out as timed_out;
