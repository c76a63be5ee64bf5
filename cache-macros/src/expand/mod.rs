//! Plans -> tokens. Nothing here can fail.

pub(crate) mod block;
pub(crate) mod cached;
pub(crate) mod change;
pub(crate) mod companions;
pub(crate) mod key;
pub(crate) mod key_derive;
pub(crate) mod load;
pub(crate) mod policy;
pub(crate) mod site;
pub(crate) mod strategy;
pub(crate) mod tag;
pub(crate) mod value_derive;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Attribute;

/// What one annotated function becomes.
pub(crate) struct Expansion {
    /// In the function's own place.
    pub(crate) here: TokenStream,
    /// Beside it; in an inherent impl, where the function is in a trait's.
    pub(crate) companions: TokenStream,
    /// The site's part of the block's registration, where it has not registered itself.
    pub(crate) registered: Option<TokenStream>,
}

impl Expansion {
    /// A function alone.
    pub(crate) fn here(here: TokenStream) -> Expansion {
        Expansion { here, companions: TokenStream::new(), registered: None }
    }
}

/// The argument with which an attribute of ours stands for nothing.
pub(crate) const USED: &str = "__used";

/// An attribute that another one of ours has expanded: without a trace of it its import would be unused.
pub(crate) fn used(attr: &Attribute, cfg: Option<&TokenStream>) -> TokenStream {
    let path = attr.path();
    let argument = Ident::new(USED, Span::call_site());
    quote!(#cfg #[#path(#argument)] const _: () = ();)
}

/// For functions that nobody calls but those that we write.
pub(crate) fn hidden() -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
    }
}

/// For code that is ours to the last token.
pub(crate) fn quiet() -> TokenStream {
    quote! {
        #[allow(
            dead_code,
            unused_variables,
            unreachable_pub,
            private_interfaces,
            private_bounds,
            clippy::all,
            clippy::pedantic,
            clippy::nursery
        )]
    }
}
