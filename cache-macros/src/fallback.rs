//! Mistakes -> `compile_error!`, beside an item that is still there: whoever calls it gets no second error.

use proc_macro2::TokenStream;
use quote::quote;

use crate::error::Errors;

/// The item as it could still be emitted, and what is wrong with it.
pub(crate) fn with(item: TokenStream, errors: Errors) -> TokenStream {
    let errors = errors.into_tokens();
    quote!(#item #errors)
}

/// The item as it was written, with the one reason why it could not be read.
pub(crate) fn untouched(item: TokenStream, error: syn::Error) -> TokenStream {
    let error = error.into_compile_error();
    quote!(#item #error)
}
