//! Whether a function has succeeded.

/// What a function returned.
pub struct Returned<'a, T>(pub &'a T);

/// A `Result`: whether it is `Ok`.
pub trait SucceededResult {
    /// Whether the function succeeded.
    fn succeeded(&self) -> bool;
}

impl<T, E> SucceededResult for &Returned<'_, Result<T, E>> {
    fn succeeded(&self) -> bool {
        self.0.is_ok()
    }
}

/// Anything else has succeeded.
pub trait SucceededAlways {
    /// Whether the function succeeded.
    fn succeeded(&self) -> bool;
}

impl<T> SucceededAlways for Returned<'_, T> {
    fn succeeded(&self) -> bool {
        true
    }
}

/// Whether what a function returned is a success.
#[doc(hidden)]
#[macro_export]
macro_rules! __cache_succeeded {
    ($out:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{SucceededAlways as _, SucceededResult as _};
        (&&$crate::__private::Returned($out)).succeeded()
    }};
}
pub use crate::__cache_succeeded as succeeded;
