//! `#[cached]`: the function itself, which asks the cache first, and the function that holds its body.

use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, Meta, PathArguments, ReturnType, Signature, Token, Type, Visibility};

use super::companions::companions;
use super::key::key;
use super::load::{batch, load};
use super::site::registered;
use super::{Expansion, quiet};
use crate::function::peel;
use crate::generics::turbofish;
use crate::model::{Host, Plan};
use crate::tokens::non_empty;

/// The function, its body past the cache, its entry, its pattern and its declaration.
pub(crate) fn cached(plan: &Plan<'_>) -> Expansion {
    let here = if plan.function.body.is_some() { wrapper(plan) } else { entry_itself(plan) };
    let uncached = plan.function.body.is_some().then(|| uncached(plan));
    let companions = companions(plan);
    let registered = registered(plan);
    let companions = uncached.into_iter().chain(companions).collect();
    Expansion { here, companions, registered }
}

impl Plan<'_> {
    pub(crate) fn uncached_name(&self) -> Ident {
        format_ident!("{}_uncached", self.function.sig.ident)
    }

    /// What stands beside a trait impl has to be reached from wherever the trait is.
    pub(crate) fn companion_vis(&self) -> TokenStream {
        match (&self.host, &self.function.vis) {
            (Host::Block(block), Visibility::Inherited) if block.in_trait => quote!(pub),
            (_, vis) => vis.to_token_stream(),
        }
    }

    /// How the documentation of a companion names the function.
    pub(crate) fn link(&self) -> String {
        let name = &self.function.sig.ident;
        match &self.host {
            Host::Block(block) if block.in_trait => format!("`{name}`"),
            Host::Block(_) => format!("[`Self::{name}`]"),
            _ => format!("[`{name}`]"),
        }
    }
}

/// The function under its own name, asking the cache.
fn wrapper(plan: &Plan<'_>) -> TokenStream {
    let sig = &plan.function.sig;
    let attrs = plan.function.attrs.iter().filter(|attr| !attr.path().is_ident("expect"));
    let vis = &plan.function.vis;
    let (ident, generics, output) = (&sig.ident, &sig.generics, &sig.output);
    let where_clause = &generics.where_clause;
    let (asyncness, fn_token, inputs) = (&sig.asyncness, &sig.fn_token, plain_inputs(sig));
    let body = in_place_of(plan.function.body.as_ref(), asking(plan));
    quote! {
        #(#attrs)*
        #[allow(clippy::too_many_lines)]
        #vis #asyncness #fn_token #ident #generics #inputs #output #where_clause #body
    }
}

/// The key, and the call that asks the cache.
fn asking(plan: &Plan<'_>) -> TokenStream {
    if let Some(ids) = &plan.ids {
        return batch(plan, ids, &key(plan));
    }
    let (asked, load) = (plan.asked_inside(), load(plan));
    quote!(#asked #load)
}

/// Other code in a body's braces: what the compiler says about the function as a whole is then said there.
pub(crate) fn in_place_of(body: Option<&Group>, tokens: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Brace, tokens);
    if let Some(body) = body {
        group.set_span(body.span());
    }
    group
}

/// `(&self, id: i64)` with the user's parentheses: what the compiler says about the function is said there.
fn inputs(sig: &Signature) -> TokenStream {
    let mut out = TokenStream::new();
    sig.paren_token.surround(&mut out, |out| sig.inputs.to_tokens(out));
    out
}

/// The same, as callers see it.
fn plain_inputs(sig: &Signature) -> TokenStream {
    let inputs: Punctuated<TokenStream, Token![,]> = sig.inputs.iter().map(unadorned).collect();
    let mut out = TokenStream::new();
    sig.paren_token.surround(&mut out, |out| inputs.to_tokens(out));
    out
}

/// A parameter without `mut` and attributes, which belong to the body.
fn unadorned(arg: &FnArg) -> TokenStream {
    match arg {
        FnArg::Typed(typed) => {
            let ty = &typed.ty;
            match &*typed.pat {
                syn::Pat::Ident(pat) => {
                    let ident = &pat.ident;
                    quote!(#ident: #ty)
                }
                pat => quote!(#pat: #ty),
            }
        }
        receiver => receiver.to_token_stream(),
    }
}

/// The body, with everything that it was written with.
fn uncached(plan: &Plan<'_>) -> TokenStream {
    let sig = &plan.function.sig;
    let name = plan.uncached_name();
    let vis = plan.companion_vis();
    let (asyncness, fn_token, inputs) = (&sig.asyncness, &sig.fn_token, self::inputs(sig));
    let (generics, output) = (&sig.generics, &sig.output);
    let where_clause = &generics.where_clause;
    let body = &plan.function.body;
    let lints = plan.function.attrs.iter().filter(|attr| is_lint_level(attr));
    let cfg = carried(&plan.function.attrs);
    let doc = format!(" The body of {}, past the cache.", plan.link());
    quote! {
        #cfg
        #[doc = #doc]
        #[allow(
            dead_code,
            unreachable_pub,
            private_interfaces,
            private_bounds,
            clippy::too_many_arguments,
            clippy::unused_async,
            clippy::missing_errors_doc,
            clippy::missing_panics_doc,
            clippy::must_use_candidate,
            clippy::redundant_pub_crate
        )]
        #(#lints)*
        #vis #asyncness #fn_token #name #generics #inputs #output #where_clause #body
    }
}

/// A function without a body is its own entry.
fn entry_itself(plan: &Plan<'_>) -> TokenStream {
    let sig = &plan.function.sig;
    let attrs = &plan.function.attrs;
    let (vis, ident, generics) = (&plan.function.vis, &sig.ident, &sig.generics);
    let (fn_token, inputs, where_clause) = (&sig.fn_token, inputs(sig), &generics.where_clause);
    let output = entry_output(plan);
    let entry = plan.call(&plan.entry_name());
    let turbofish = turbofish(generics);
    let this = plan.this().map(|this| quote!(#this,));
    let arguments = plan.function.params().into_iter().map(|param| param.ident.clone());
    quote! {
        #(#attrs)*
        #[must_use]
        #[allow(clippy::double_must_use)]
        #vis #fn_token #ident #generics #inputs -> #output #where_clause {
            #entry #turbofish (#this #(#arguments),*)
        }
    }
}

/// `Entry<bool>` by the path that the user wrote, so that their import is used, with the kind.
fn entry_output(plan: &Plan<'_>) -> TokenStream {
    let (value, kind) = (&plan.returns.value, plan.kind());
    let written = match &plan.function.sig.output {
        ReturnType::Type(_, ty) => match peel(ty) {
            Type::Path(path) => Some(&path.path),
            _ => None,
        },
        ReturnType::Default => None,
    };
    let Some(path) = written else {
        let krate = &plan.krate;
        return quote!(#krate::Entry<#value, #kind>);
    };
    let mut path = path.clone();
    if let Some(last) = path.segments.last_mut() {
        last.arguments = PathArguments::None;
    }
    quote!(#path<#value, #kind>)
}

fn is_lint_level(attr: &Attribute) -> bool {
    ["allow", "warn", "deny", "forbid", "expect"].iter().any(|level| attr.path().is_ident(level))
}

/// What holds for the companions as well: conditions, and being hidden.
pub(crate) fn carried(attrs: &[Attribute]) -> Option<TokenStream> {
    let hidden = |attr: &Attribute| match &attr.meta {
        Meta::List(list) => list.path.is_ident("doc") && list.tokens.to_string() == "hidden",
        _ => false,
    };
    let carried = attrs.iter().filter(|attr| attr.path().is_ident("cfg") || hidden(attr));
    non_empty(carried.map(ToTokens::to_token_stream).collect())
}

/// After a mistake: the function as it was, and companions that callers can still name.
pub(crate) fn stub(plan: &Plan<'_>) -> Expansion {
    let function = plan.function;
    let here = if function.body.is_some() {
        function.to_token_stream()
    } else {
        let output = entry_output(plan);
        let (attrs, vis, sig) = (&function.attrs, &function.vis, &function.sig);
        let (ident, generics, inputs) = (&sig.ident, &sig.generics, &sig.inputs);
        let where_clause = &generics.where_clause;
        quote!(#(#attrs)* #[allow(unused)] #vis fn #ident #generics (#inputs) -> #output #where_clause { loop {} })
    };
    let uncached = function.body.is_some().then(|| {
        let (name, vis, sig, quiet) = (plan.uncached_name(), plan.companion_vis(), &function.sig, quiet());
        let (asyncness, generics, output) = (&sig.asyncness, &sig.generics, &sig.output);
        let where_clause = &generics.where_clause;
        let inputs = plain_inputs(sig);
        quote! {
            #quiet
            #[allow(unused)]
            #vis #asyncness fn #name #generics #inputs #output #where_clause { loop {} }
        }
    });
    let companions = super::companions::stubs(plan);
    let companions = uncached.into_iter().chain(companions).collect();
    Expansion { companions, ..Expansion::here(here) }
}
