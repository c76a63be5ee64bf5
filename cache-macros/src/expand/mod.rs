//! Plans -> tokens. Nothing here can fail.

pub(crate) mod block;
pub(crate) mod cached;
pub(crate) mod change;
pub(crate) mod companions;
pub(crate) mod key;
pub(crate) mod key_derive;
pub(crate) mod site;
pub(crate) mod strategy;
pub(crate) mod value_derive;

use proc_macro2::TokenStream;
use quote::quote;

/// What one annotated function becomes.
pub(crate) struct Expansion {
    /// In the function's own place.
    pub(crate) here: TokenStream,
    /// Beside it; in an inherent impl, where the function is in a trait's.
    pub(crate) companions: TokenStream,
}

/// For code that is ours to the last token.
pub(crate) fn quiet() -> TokenStream {
    quote! {
        #[allow(
            dead_code,
            unreachable_pub,
            private_interfaces,
            private_bounds,
            clippy::all,
            clippy::pedantic,
            clippy::nursery
        )]
    }
}
