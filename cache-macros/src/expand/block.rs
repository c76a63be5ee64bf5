//! `#[cache_strategy]` on an impl block -> the block with its functions expanded, and their companions.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, ItemImpl};

use super::{Expansion, cached, change};
use crate::args::{Args, Place};
use crate::block::{Block, Item};
use crate::change::{CHANGES, ChangePlan, read_attributes};
use crate::error::{self, Errors};
use crate::function::{Function, attribute_tokens, is_one_of};
use crate::krate::Krate;
use crate::model::{BlockHost, Plan};
use crate::tokens::{self, non_empty};

/// The block; mistakes of its functions go to `errors`.
pub(crate) fn block(block: &Block, errors: &mut Errors) -> TokenStream {
    // Put together at the end: what is added to a stream by itself is added token by token.
    let (mut items, mut companions, mut registered, mut used) = (vec![], vec![], vec![], vec![]);
    for item in &block.items {
        match item {
            Item::Other(tokens) => items.push(tokens.clone()),
            Item::Ours(_, function) if !block.sound => items.push(bare(function)),
            Item::Ours(attrs, function) => {
                let cfg = cached::carried(&function.attrs);
                used.extend(attrs.iter().map(|attr| super::used(attr, cfg.as_ref())));
                let expansion = self::function(attrs, function, &block.host, errors);
                items.push(expansion.here);
                companions.push(expansion.companions);
                registered.extend(expansion.registered);
            }
        }
    }
    let header = &block.header;
    let registered = register(block, registered.into_iter().collect());
    let used: TokenStream = used.into_iter().collect();
    match &header.trait_ {
        None => {
            items.extend(companions);
            let implemented = impl_block(header, items.into_iter().collect());
            quote!(#implemented #registered #used)
        }
        Some((path, _)) => {
            let implemented = impl_block(header, items.into_iter().collect());
            let companions = companions.into_iter().collect();
            let companions = tokens::qualify_self(companions, &block.types, path);
            let inherent = inherent(header, companions);
            quote!(#implemented #inherent #registered #used)
        }
    }
}

/// Puts the sites into the catalog, all at once: the compiler takes longer for a registration than for a site.
fn register(block: &Block, sites: TokenStream) -> Option<TokenStream> {
    let sites = non_empty(sites)?;
    let krate = Krate::new(block.host.krate.as_ref());
    let cfg = block.header.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    Some(quote!(#(#cfg)* #krate::__private::register!(#sites);))
}

fn impl_block(header: &ItemImpl, items: TokenStream) -> TokenStream {
    let ItemImpl { attrs, unsafety, impl_token, generics, trait_, self_ty, .. } = header;
    let modifiers = &header.modifiers;
    let (defaultness, polarity) = (&modifiers.defaultness, &modifiers.polarity);
    let of = trait_.as_ref().map(|(path, for_token)| quote!(#polarity #path #for_token));
    let (where_clause, items) = (&generics.where_clause, Group::new(Delimiter::Brace, items));
    quote! {
        #(#attrs)*
        #defaultness #unsafety #impl_token #generics #of #self_ty #where_clause #items
    }
}

/// The sibling of a trait impl.
fn inherent(header: &ItemImpl, companions: TokenStream) -> TokenStream {
    if companions.is_empty() {
        return TokenStream::new();
    }
    let ItemImpl { attrs, impl_token, generics, self_ty, .. } = header;
    let cfg = attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let (where_clause, companions) = (&generics.where_clause, Group::new(Delimiter::Brace, companions));
    quote! {
        #(#cfg)*
        #impl_token #generics #self_ty #where_clause #companions
    }
}

fn function(attrs: &[Attribute], function: &Function, host: &BlockHost, errors: &mut Errors) -> Expansion {
    let mut own = Errors::default();
    let expansion = match attrs.iter().find(|attr| is_one_of(attr, &["cached"])) {
        Some(attr) => {
            for other in attrs.iter().filter(|other| !std::ptr::eq(*other, attr)) {
                own.at(other.path(), together(other));
            }
            cached_method(attr, function, host, &mut own)
        }
        None => {
            let attrs = read_attributes(attrs, &mut own);
            let plan = ChangePlan::new(function, &attrs, Some(host), &mut own);
            let here = if own.is_empty() {
                change::change(&plan, function, &TokenStream::new())
            } else {
                bare(function)
            };
            Expansion::here(here)
        }
    };
    errors.append(own);
    expansion
}

/// Why `other` can't stand beside `#[cached]`.
pub(crate) fn together(other: &Attribute) -> String {
    match CHANGES.into_iter().find(|name| is_one_of(other, &[name])) {
        Some(change) => error::two_annotations("cached", change),
        None => error::repeated("cached"),
    }
}

fn cached_method(attr: &Attribute, function: &Function, host: &BlockHost, errors: &mut Errors) -> Expansion {
    let tokens = match attribute_tokens(attr) {
        Ok(tokens) => tokens,
        Err(error) => {
            errors.add(error);
            return Expansion::here(bare(function));
        }
    };
    let args = Args::parse(tokens, Place::Method, errors);
    let at = syn::spanned::Spanned::span(attr.path());
    match Plan::of_method(function, args, host, at, errors) {
        Some(plan) if errors.is_empty() => cached::cached(&plan),
        Some(plan) => cached::stub(&plan),
        None => Expansion::here(bare(function)),
    }
}

/// The function without our attributes; with a body, should it lack one.
pub(crate) fn bare(function: &Function) -> TokenStream {
    if function.body.is_some() {
        return function.to_token_stream();
    }
    let Function { attrs, vis, sig, .. } = function;
    quote!(#(#attrs)* #[allow(unused)] #vis #sig { loop {} })
}
