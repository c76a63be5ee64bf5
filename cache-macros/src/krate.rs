//! The path to the runtime.

use std::fmt;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Path;

/// `::cache_runtime`, or what `crate = …` says.
///
/// It stands some forty times in what one function becomes. A stream that is put into another one is put there by the compiler,
/// which takes as long as fifty tokens; so these are put there one by one.
#[derive(Clone, Default)]
pub(crate) struct Krate(Vec<TokenTree>);

impl Krate {
    pub(crate) fn new(path: Option<&Path>) -> Krate {
        let tokens = path.map_or_else(|| quote!(::cache_runtime), Path::to_token_stream);
        Krate(tokens.into_iter().collect())
    }
}

impl ToTokens for Krate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().cloned());
    }
}

impl fmt::Display for Krate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_token_stream().fmt(f)
    }
}
