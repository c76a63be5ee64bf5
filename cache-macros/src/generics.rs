//! The generics a companion keeps: those that occur in what it takes or gives.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{GenericParam, Generics, WherePredicate};

use crate::tokens::{mentioned, non_empty};

/// A part of a function's generics, as tokens.
#[derive(Default)]
pub(crate) struct Kept {
    params: TokenStream,
    /// `T: Bound,` of the where clause.
    predicates: TokenStream,
    /// `T, N,`
    names: TokenStream,
}

impl Kept {
    /// `T: Bound, const N: usize`, each with its comma.
    pub(crate) fn params(&self) -> Option<TokenStream> {
        non_empty(self.params.clone())
    }

    /// `where …`, or nothing.
    pub(crate) fn where_clause(&self) -> Option<TokenStream> {
        non_empty(self.predicates.clone()).map(|predicates| quote!(where #predicates))
    }

    /// `::<T, N,>`, or nothing.
    pub(crate) fn turbofish(&self) -> Option<TokenStream> {
        non_empty(self.names.clone()).map(|names| quote!(::<#names>))
    }
}

/// `T`, `N`, `'a`: the name by which tokens mention a generic parameter.
pub(crate) fn name(param: &GenericParam) -> String {
    match param {
        GenericParam::Lifetime(param) => param.lifetime.to_string(),
        GenericParam::Type(param) => param.ident.unraw().to_string(),
        GenericParam::Const(param) => param.ident.unraw().to_string(),
    }
}

pub(crate) fn names(generics: &Generics) -> BTreeSet<String> {
    generics.params.iter().map(name).collect()
}

/// The generics without those that `seeds` do not mention. A bound that mentions a dropped one goes with it:
/// nobody could tell the compiler what it stands for.
pub(crate) fn keep(generics: &Generics, seeds: TokenStream) -> Kept {
    let all = names(generics);
    let kept = mentioned(seeds, &all);
    let stays = |tokens: TokenStream| mentioned(tokens, &all).is_subset(&kept);
    let mut out = Kept::default();
    for param in generics.params.iter().filter(|param| kept.contains(&name(param))) {
        let tokens = match param {
            GenericParam::Lifetime(param) => {
                let lifetime = &param.lifetime;
                let bounds = param.bounds.iter().filter(|bound| stays(bound.to_token_stream()));
                quote!(#lifetime: #(#bounds)+*,)
            }
            GenericParam::Type(param) => {
                let ident = &param.ident;
                out.names.extend(quote!(#ident,));
                let bounds: Vec<_> =
                    param.bounds.iter().filter(|bound| stays(bound.to_token_stream())).collect();
                if bounds.is_empty() { quote!(#ident,) } else { quote!(#ident: #(#bounds)+*,) }
            }
            GenericParam::Const(param) => {
                let (ident, ty) = (&param.ident, &param.ty);
                out.names.extend(quote!(#ident,));
                quote!(const #ident: #ty,)
            }
        };
        out.params.extend(tokens);
    }
    for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
        if let WherePredicate::Type(predicate) = predicate {
            let (lifetimes, ty) = (&predicate.lifetimes, &predicate.bounded_ty);
            let bounds: Vec<_> =
                predicate.bounds.iter().filter(|bound| stays(bound.to_token_stream())).collect();
            if stays(ty.to_token_stream()) && !bounds.is_empty() {
                out.predicates.extend(quote!(#lifetimes #ty: #(#bounds)+*,));
            }
        } else if stays(predicate.to_token_stream()) {
            out.predicates.extend(quote!(#predicate,));
        }
    }
    out
}

/// `::<T, N>`, or nothing: what the wrapper hands on to the body.
pub(crate) fn turbofish(generics: &Generics) -> Option<TokenStream> {
    let arguments: Vec<_> = generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    (!arguments.is_empty()).then(|| quote!(::<#(#arguments),*>))
}
