//! `#[cache_put]`, `#[cache_invalidate]`: the function with its changes around its body.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ReturnType, Type};

use super::cached::in_place_of;
use super::key::local;
use super::tag::tag;
use crate::blame::blamed;
use crate::change::{Argument, ChangePlan, Invalidate, Put, Target};
use crate::function::Function;

/// The same function; the body runs inside the put, the put inside the invalidations.
pub(crate) fn change(plan: &ChangePlan<'_>, function: &Function, used: &TokenStream) -> TokenStream {
    let Function { attrs, vis, sig, body: written } = function;
    let body = inferred(sig, written.as_ref());
    let body = match &plan.put {
        Some(put) => self::put(plan, put, &body),
        None => quote!(#body.await),
    };
    // The first attribute is the outermost.
    let body = plan.invalidate.iter().rev().fold(body, |body, each| invalidate(plan, function, each, &body));
    let body = in_place_of(written.as_ref(), quote!(#used #body));
    quote! {
        #(#attrs)*
        #vis #sig #body
    }
}

/// The body as a future. The branch that never runs tells the compiler what `?` and `return` convert into.
fn inferred(sig: &syn::Signature, body: Option<&Group>) -> TokenStream {
    let returned = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => match &**ty {
            // No variable can have such a type.
            Type::ImplTrait(_) => return quote!(async move #body),
            ty => ty.to_token_stream(),
        },
    };
    let never = local("__never");
    // Braces of ours: the user's could go, the compiler would say.
    let body = body.map(|body| {
        let mut inner = Group::new(Delimiter::Brace, body.stream());
        inner.set_span(Span::call_site().located_at(body.span()));
        inner
    });
    quote_spanned! {located(&returned)=>
        async move {
            #[allow(unreachable_code, unused_variables, clippy::all, clippy::pedantic, clippy::nursery)]
            if false {
                let #never: #returned = loop {};
                return #never;
            }
            #body
        }
    }
}

fn put(plan: &ChangePlan<'_>, put: &Put, body: &TokenStream) -> TokenStream {
    let krate = &plan.krate;
    let (entry, untyped) = (local("__entry"), local("__target"));
    let target = target(plan, &put.target);
    let write = if put.fallible { quote!(write) } else { quote!(write_value) };
    // "An entry of another type" is said at the target, and so is "this kind of entry can't be written".
    let typed = put.value.as_ref().map(|ty| {
        let (open, close) = (blamed(quote!(: #krate::Entry<), ty), blamed(quote!(, _>), ty));
        quote!(#open #ty #close)
    });
    let value = blamed(untyped.to_token_stream(), put.target.name());
    let load = quote_spanned!(located(&put.value)=> move || #body);
    let written = blamed(quote!(#entry.#write(#load).await), put.target.name());
    quote! {
        let #untyped = #target;
        let #entry #typed = #value;
        #written
    }
}

/// Where the tokens begin, for code of ours.
fn located(tokens: impl ToTokens) -> Span {
    let first = tokens.to_token_stream().into_iter().next();
    first.map_or_else(Span::call_site, |tree| Span::call_site().located_at(tree.span()))
}

fn invalidate(
    plan: &ChangePlan<'_>,
    function: &Function,
    invalidate: &Invalidate<'_>,
    body: &TokenStream,
) -> TokenStream {
    let krate = &plan.krate;
    let (guard, out) = (local("__guard"), local("__out"));
    let targets = invalidate.targets.iter().map(|each| {
        let target = target(plan, each);
        if each.is_pattern() { quote!(.pattern(&#target)) } else { quote!(.entry(&#target)) }
    });
    let tags = invalidate.tags.iter().map(|each| tag(krate, function, each));
    let on_success = invalidate.on_success.then(|| quote!(.on_success()));
    quote! {
        let #guard = #krate::__private::Invalidations::new() #(#targets)* #(#tags)* #on_success.arm();
        let #out = { #body };
        #krate::__private::InvalidateGuard::finish(#guard, #krate::__private::succeeded!(&#out)).await;
        #out
    }
}

/// The companion with clones of the arguments: the body may move what they are made of.
fn target(plan: &ChangePlan<'_>, target: &Target) -> TokenStream {
    let krate = &plan.krate;
    let companion = target.companion();
    let mut lets = TokenStream::new();
    let mut arguments = Vec::new();
    for (at, argument) in target.args.iter().enumerate() {
        match argument {
            Argument::Any(span) => arguments.push(quote_spanned!(*span=> #krate::Any)),
            Argument::Value(value) => {
                let copy = local(&format!("__argument{at}"));
                lets.extend(quote!(let #copy = ::core::clone::Clone::clone(&(#value));));
                arguments.push(blamed(copy.to_token_stream(), value));
            }
        }
    }
    quote!({ #lets #companion(#(#arguments),*) })
}
