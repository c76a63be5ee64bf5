//! The macros on `proc_macro2` tokens, so that tests can call them: parse, plan, expand.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::{Attribute, DeriveInput, ItemStruct, Token, Visibility};

use crate::args::{Args, Place};
use crate::block::Block;
use crate::change::{CHANGES, ChangePlan, read_attributes};
use crate::error::{self, Errors};
use crate::expand::{self, Expansion};
use crate::function::Function;
use crate::model::Plan;
use crate::strategy::StrategyPlan;
use crate::{fallback, key_derive, tokens, value_derive};

/// `#[cache_strategy]`, on a struct or on an impl block.
pub(crate) fn cache_strategy(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    match keyword(&item).as_deref() {
        Some("struct") => match syn::parse2::<ItemStruct>(item.clone()) {
            Ok(parsed) => {
                let args = Args::parse(args, Place::Struct, &mut errors);
                let plan = StrategyPlan::new(parsed, args, &mut errors);
                fallback::with(expand::strategy::strategy(&plan), errors)
            }
            Err(error) => fallback::untouched(item, error),
        },
        Some("impl") => {
            let args = Args::parse(args, Place::Block, &mut errors);
            match Block::read(item.clone(), args, &mut errors) {
                Ok(block) => fallback::with(expand::block::block(&block, &mut errors), errors),
                Err(error) => fallback::untouched(item, error),
            }
        }
        _ => fallback::untouched(item, syn::Error::new(Span::call_site(), error::not_a_strategy())),
    }
}

/// The keyword that says which item this is.
fn keyword(item: &TokenStream) -> Option<String> {
    let parser = |input: syn::parse::ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<Option<Token![unsafe]>>()?;
        let keyword = match input.parse::<TokenTree>()? {
            TokenTree::Ident(ident) => Some(ident.to_string()),
            _ => None,
        };
        input.parse::<TokenStream>()?;
        Ok(keyword)
    };
    parser.parse2(item.clone()).ok().flatten()
}

/// Does the attribute only say that it was used?
fn is_used(args: &TokenStream) -> bool {
    args.to_string() == expand::USED
}

/// `#[cached]` on a free function.
pub(crate) fn cached(args: TokenStream, item: TokenStream) -> TokenStream {
    if is_used(&args) {
        return TokenStream::new();
    }
    let mut errors = Errors::default();
    let mut function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => return fallback::untouched(item.clone(), not_a_function("cached", &item, error)),
    };
    if function.is_method() {
        errors.span(Span::call_site(), error::method_outside());
        return fallback::with(expand::block::bare(&function), errors);
    }
    if mentions_self(&function) {
        errors.span(Span::call_site(), error::self_type_outside());
        return fallback::with(expand::block::bare(&function), errors);
    }
    for other in function.take_attributes(&crate::block::OURS) {
        errors.at(other.path(), expand::block::together(&other));
    }
    let args = Args::parse(args, Place::Function, &mut errors);
    match Plan::of_function(&function, args, &mut errors) {
        Some(plan) => {
            let expand = if errors.is_empty() { expand::cached::cached } else { expand::cached::stub };
            let Expansion { here, companions, .. } = expand(&plan);
            fallback::with(quote::quote!(#here #companions), errors)
        }
        None => fallback::with(expand::block::bare(&function), errors),
    }
}

fn mentions_self(function: &Function) -> bool {
    let names = ["Self".to_owned()].into();
    !tokens::mentioned(function.sig.to_token_stream(), &names).is_empty()
}

/// What an attribute for functions says of something else.
fn not_a_function(attribute: &str, item: &TokenStream, error: syn::Error) -> syn::Error {
    match keyword(item).as_deref() {
        Some("fn" | "async" | "const" | "extern") => error,
        _ => syn::Error::new(Span::call_site(), error::not_a_function(attribute)),
    }
}

/// `#[cache_put]` or `#[cache_invalidate]`; the others of the two on the same function come along.
pub(crate) fn change(attribute: &str, args: TokenStream, item: TokenStream) -> TokenStream {
    if is_used(&args) {
        return TokenStream::new();
    }
    let mut errors = Errors::default();
    let mut function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => return fallback::untouched(item.clone(), not_a_function(attribute, &item, error)),
    };
    for cached in function.take_attributes(&["cached"]) {
        errors.at(cached.path(), error::two_annotations("cached", attribute));
    }
    let others = function.take_attributes(&CHANGES);
    let mut attrs = vec![(Span::call_site(), attribute.to_owned(), args)];
    attrs.extend(read_attributes(&others, &mut errors));
    let plan = ChangePlan::new(&function, &attrs, None, &mut errors);
    if errors.is_empty() {
        let used = others.iter().map(|attr| expand::used(attr, None)).collect();
        expand::change::change(&plan, &function, &used)
    } else {
        fallback::with(expand::block::bare(&function), errors)
    }
}

/// `#[derive(CacheKey)]`.
pub(crate) fn derive_key(input: TokenStream) -> TokenStream {
    derive(input, |input, errors| {
        let plan = key_derive::KeyPlan::new(input, errors);
        expand::key_derive::key(&plan)
    })
}

/// `#[derive(CacheValue)]`.
pub(crate) fn derive_value(input: TokenStream) -> TokenStream {
    derive(input, |input, errors| {
        let plan = value_derive::ValuePlan::new(input, errors);
        expand::value_derive::value(&plan)
    })
}

fn derive(input: TokenStream, expand: impl FnOnce(DeriveInput, &mut Errors) -> TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    match syn::parse2::<DeriveInput>(input) {
        Ok(input) => {
            let expanded = expand(input, &mut errors);
            fallback::with(expanded, errors)
        }
        Err(error) => error.into_compile_error(),
    }
}
