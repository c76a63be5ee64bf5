//! What the bounds of a type parameter say, and what they can't say.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{GenericParam, Generics, Ident, Type, TypeParamBound, WherePredicate};

use crate::function::peel;

/// Traits that everybody knows, and that ask for neither `Send` nor `'static`.
const KNOWN: [&str; 32] = [
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Borrow",
    "CacheKey",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "Eq",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "KeyType",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Sized",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
];

/// A type that a function leaves open.
pub(crate) struct Open {
    /// Where it stands: `T`, or `impl Trait`.
    pub(crate) place: TokenStream,
    /// `Send + 'static`, or what of it is not said.
    pub(crate) missing: String,
}

/// The parameters of some generics that may be neither `Send` nor `'static`. One with a bound that is not known here may be
/// both: that is for the compiler.
pub(crate) fn open<'a>(all: impl IntoIterator<Item = &'a Generics>) -> Vec<Open> {
    let mut out = Vec::new();
    for generics in all {
        for param in &generics.params {
            if let GenericParam::Type(param) = param {
                let bounds = param.bounds.iter().chain(more(generics, &param.ident));
                out.extend(
                    missing(bounds).map(|missing| Open { place: param.ident.to_token_stream(), missing }),
                );
            }
        }
    }
    out
}

/// The same of an `impl Trait`.
pub(crate) fn open_impl(ty: &Type) -> Option<Open> {
    let Type::ImplTrait(bounds) = ty else { return None };
    missing(&bounds.bounds).map(|missing| Open { place: ty.to_token_stream(), missing })
}

/// What a where clause says of the parameter.
fn more<'a>(generics: &'a Generics, ident: &'a Ident) -> impl Iterator<Item = &'a TypeParamBound> {
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    predicates
        .filter_map(move |predicate| match predicate {
            WherePredicate::Type(predicate) => match peel(&predicate.bounded_ty) {
                Type::Path(path) if path.path.is_ident(ident) => Some(&predicate.bounds),
                _ => None,
            },
            _ => None,
        })
        .flatten()
}

fn missing<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>) -> Option<String> {
    let (mut send, mut is_static) = (false, false);
    for bound in bounds {
        match bound {
            TypeParamBound::Lifetime(lifetime) => is_static |= lifetime.ident == "static",
            TypeParamBound::Trait(bound) => {
                let name = bound.path.segments.last().map(|segment| segment.ident.to_string());
                let name = name.unwrap_or_default();
                if name == "Send" {
                    send = true;
                } else if !KNOWN.contains(&name.as_str()) {
                    return None;
                }
            }
            _ => return None,
        }
    }
    match (send, is_static) {
        (true, true) => None,
        (true, false) => Some("'static".to_owned()),
        (false, true) => Some("Send".to_owned()),
        (false, false) => Some("Send + 'static".to_owned()),
    }
}
