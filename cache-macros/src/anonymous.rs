//! `impl Trait` in a parameter: a type parameter that no template can name.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Type, TypeImplTrait};

use crate::tokens::written;

/// Is there one in the type, at any depth?
pub(crate) fn is_in(ty: &Type) -> bool {
    !all_in(ty.to_token_stream()).is_empty()
}

/// Each one in these tokens, at any depth: `(impl CacheKey, &[impl CacheKey])` has two.
pub(crate) fn all_in(tokens: TokenStream) -> Vec<TypeImplTrait> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => found.extend(all_in(group.stream())),
            TokenTree::Ident(ident) if ident == "impl" => found.extend(first(&trees[at..])),
            _ => {}
        }
    }
    found
}

/// The one that these tokens begin with.
fn first(trees: &[TokenTree]) -> Option<TypeImplTrait> {
    let parser = |input: ParseStream<'_>| {
        let ty = input.parse()?;
        input.parse::<TokenStream>()?;
        Ok(ty)
    };
    parser.parse2(trees.iter().cloned().collect()).ok()
}

/// `T: CacheKey + Debug`, which says the same of a type with a name.
pub(crate) fn declared(ty: &TypeImplTrait, name: &str) -> String {
    let bounds = ty.bounds.to_token_stream();
    // A bound of a type parameter holds no other one.
    let bounds = if all_in(bounds.clone()).is_empty() { written(bounds) } else { "…".to_owned() };
    format!("{name}: {bounds}")
}
