//! The path to the runtime.

use std::fmt;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

use crate::tokens::Tokens;

/// `::cache_runtime`, or what `crate = …` says.
#[derive(Clone, Default)]
pub(crate) struct Krate(Tokens);

impl Krate {
    pub(crate) fn new(path: Option<&Path>) -> Krate {
        Krate(path.map_or_else(|| quote!(::cache_runtime), Path::to_token_stream).into())
    }
}

impl ToTokens for Krate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

impl fmt::Display for Krate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_token_stream().fmt(f)
    }
}
