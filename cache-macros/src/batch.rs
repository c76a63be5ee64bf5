//! `batch`: which parameter has the ids, and what the map holds.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Token, Type, parenthesized};

use crate::args::Args;
use crate::error::{self, Errors};
use crate::function::{Function, Param, peel};
use crate::returns::{Returns, Shape, arguments_of, check_value};

/// The option, as it was written.
pub(crate) struct Written {
    pub(crate) at: Span,
    /// `batch(ids)`.
    name: Option<Ident>,
}

/// The parameter with the ids.
pub(crate) struct Ids<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) element: &'a Type,
    /// `&[Id]`, not `Vec<Id>`.
    pub(crate) borrowed: bool,
}

/// Reads `batch` or `batch(ids)`.
pub(crate) fn written(name: &Ident, input: ParseStream<'_>) -> syn::Result<Written> {
    let at = name.span();
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(Written { at, name: None });
    }
    let misuse = |_| syn::Error::new(at, error::takes_ids());
    if !input.peek(syn::token::Paren) {
        return Err(misuse(syn::Error::new(at, "")));
    }
    let content;
    parenthesized!(content in input);
    let inside: proc_macro2::TokenStream = content.parse()?;
    let name: Ident = syn::parse2(inside).map_err(misuse)?;
    Ok(Written { at, name: Some(name) })
}

/// The ids of `profiles(db: &Db, ids: &[i64])`.
pub(crate) fn ids<'a>(
    function: &'a Function,
    args: &Args,
    written: &Written,
    errors: &mut Errors,
) -> Option<Ids<'a>> {
    let all = function.params();
    if let Some(name) = &written.name {
        let Some(param) = all.into_iter().find(|param| param.ident == name) else {
            errors.at(name, error::unknown_ids(&name.to_string()));
            return None;
        };
        let ty = param.ty;
        let ids = self::list(param);
        if ids.is_none() {
            errors.at(ty, error::no_list());
        }
        return ids;
    }
    let keyed = all.into_iter().filter(|param| !args.skip.iter().any(|skipped| skipped == param.ident));
    let mut lists = keyed.filter_map(list);
    match (lists.next(), lists.next()) {
        (None, _) => {
            errors.span(written.at, error::no_ids());
            None
        }
        (Some(ids), None) => Some(ids),
        (Some(one), Some(other)) => {
            errors.span(written.at, error::two_lists(&one.ident.to_string(), &other.ident.to_string()));
            None
        }
    }
}

/// `&[Id]` or `Vec<Id>`.
fn list(param: Param<'_>) -> Option<Ids<'_>> {
    let ident = param.ident;
    let ids = |element, borrowed| Ids { ident, element: peel(element), borrowed };
    match peel(param.ty) {
        Type::Reference(reference) if reference.mutability.is_none() => match peel(&reference.elem) {
            Type::Slice(slice) => Some(ids(&slice.elem, true)),
            _ => None,
        },
        ty => match arguments_of(ty, "Vec").as_deref() {
            Some(&[element]) => Some(ids(element, false)),
            _ => None,
        },
    }
}

/// What does not go with it.
pub(crate) fn alone(function: &Function, args: &Args, written: &Written, errors: &mut Errors) {
    if function.body.is_none() {
        errors.span(written.at, error::nothing_to_load("batch"));
    } else if function.is_sync() {
        errors.span(written.at, error::sync_batch());
    }
    let windows = ["stale_if_error", "retry_after"];
    let refused = crate::settings::Settings::in_task().chain(windows);
    for setting in refused.filter_map(|name| args.settings.on(name)) {
        errors.span(setting.at, error::not_in_batch(setting.name));
    }
    if let Some(span) = args.background {
        errors.span(span, error::not_in_batch("background"));
    }
    if let Some(tag) = args.tags.first() {
        errors.at(tag, error::not_in_batch("tags"));
    }
    for param in function.params() {
        if matches!(peel(param.ty), Type::Reference(reference) if reference.mutability.is_some()) {
            errors.at(param.ty, error::mutable_in_batch());
        }
    }
}

/// From the map to what it holds: `HashMap<i64, Profile>` is `Profile`.
pub(crate) fn value(returns: Returns, function: &Function, errors: &mut Errors) -> Option<Returns> {
    let ty = syn::parse2::<Type>(returns.value.clone()).ok();
    let map = ty.as_ref().map(peel).and_then(|ty| {
        ["HashMap", "BTreeMap"]
            .into_iter()
            .find_map(|name| arguments_of(ty, name))
            .filter(|types| types.len() >= 2)
    });
    match map.as_deref() {
        Some([_, value, ..]) if !returns.shape.is_option() => {
            let value = peel(value);
            let shape = if returns.shape.is_result() { Shape::Result } else { Shape::Value };
            // An `Option` would be cached as it is; what is not there is left out of the map.
            if arguments_of(value, "Option").is_some() {
                errors.at(value, error::option_in_batch());
                return None;
            }
            check_value(value, shape, errors).then(|| Returns {
                shape,
                value: value.to_token_stream(),
                ..returns
            })
        }
        _ => {
            errors.at(&function.sig.output, error::no_map());
            None
        }
    }
}
