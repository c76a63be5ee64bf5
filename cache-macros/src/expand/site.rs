//! The static declaration of one `#[cached]`.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{GenericParam, Ident, Type};

use super::hidden;
use super::policy::{policy, site_policy};
use crate::bind::{Bound, BoundSegment};
use crate::blame::blamed;
use crate::generics::{self, keep};
use crate::krate::Krate;
use crate::model::{Host, Plan};
use crate::tokens;

impl Plan<'_> {
    pub(crate) fn site_name(&self) -> Ident {
        format_ident!("__{}_site", self.function.sig.ident)
    }

    /// Can an item name the type, outside of the function and of its impl block?
    pub(crate) fn is_nameable(&self, ty: &TokenStream) -> bool {
        let mut unnameable: BTreeSet<String> = generics::names(&self.function.sig.generics);
        if let Host::Block(block) = &self.host {
            unnameable.extend(generics::names(&block.generics));
        }
        unnameable.retain(|name| !name.starts_with('\''));
        unnameable.extend(["Self".to_owned(), "impl".to_owned()]);
        tokens::mentioned(ty.clone(), &unnameable).is_empty()
    }
}

impl Plan<'_> {
    fn entries_name(&self) -> Ident {
        format_ident!("__{}_entries", self.function.sig.ident)
    }

    /// The call of it, with the `self` that is there.
    pub(crate) fn entries(&self) -> TokenStream {
        let name = self.call(&self.entries_name());
        let arguments = keep(&self.function.sig.generics, self.returns.value.clone()).turbofish();
        let this = self.this();
        quote!(#name #arguments (#this))
    }

    /// What is asked of the value while it is compiled: by the declaration, which `cargo check` looks at as well; but that can't say
    /// `T` or `Self`.
    pub(crate) fn asked_of_value(&self) -> TokenStream {
        let (krate, value) = (&self.krate, &self.returns.value);
        let plain = blamed(quote!(#krate::__private::assert_plain!(#value)), value);
        let with_schema = self.require_schema().map(|require| quote!(#require;));
        quote!(#plain; #with_schema)
    }
}

/// `fn __messages_site() -> &'static Site`, which also puts the site into the catalog.
pub(crate) fn site(plan: &Plan<'_>, cfg: Option<&TokenStream>) -> TokenStream {
    let krate = &plan.krate;
    let name = plan.site_name();
    let function = plan.function.sig.ident.unraw().to_string();
    let (template, reason, value) = (&plan.template, &plan.reason, plan.returns.written());
    let tags = plan.tags.iter().map(|tag| &tag.template);
    let segments = plan.segments.iter().map(|segment| self::segment(plan, segment));
    let location = location(krate, plan.function.sig.ident.span());
    let loads = plan.function.body.is_some();
    let (strategy, check) = strategy(plan, &location);
    let (policy, required) = site_policy(plan);
    let value_type = &plan.returns.value;
    let asked = plan.is_nameable(value_type).then(|| plan.asked_of_value());
    let register = registered(plan).is_none().then(|| quote!(#krate::__private::register!(&SITE);));
    let hidden = hidden();
    quote! {
        #cfg
        #hidden
        const fn #name() -> &'static #krate::__private::Site {
            #check
            #required
            static TALLY: #krate::__private::Tally = #krate::__private::Tally::new();
            static SITE: #krate::__private::Site = {
                #asked
                let __declaration = #krate::__private::Declaration {
                    name: #function,
                    strategy: #strategy,
                    template: #template,
                    segments: &[#(#segments),*],
                    value: #value,
                    policy: #policy,
                    reason: #reason,
                    location: #location,
                    loads: #loads,
                    tags: &[#(#tags),*],
                };
                #krate::__private::Site::new(__declaration, &TALLY)
            };
            #register
            &SITE
        }
    }
}

/// What the registration of its block says of a site; nothing, where the function registers its own: a free one, and one whose
/// type has no name outside of the block.
pub(crate) fn registered(plan: &Plan<'_>) -> Option<TokenStream> {
    let Host::Block(block) = &plan.host else { return None };
    let generic = block.generics.params.iter().any(|param| !matches!(param, GenericParam::Lifetime(_)));
    // A function may name a runtime that its block does not.
    if generic || plan.krate.to_string() != Krate::new(block.krate.as_ref()).to_string() {
        return None;
    }
    let cfg = plan.function.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let ty = tokens::replace_lifetimes(block.self_ty.to_token_stream(), "static");
    let site = plan.site_name();
    Some(quote!(#(#cfg)* <#ty>::#site(),))
}

/// `fn __messages_entries(&self) -> Entries<'_>`: what the other functions need of the declaration, said once.
pub(crate) fn entries(plan: &Plan<'_>, cfg: Option<&TokenStream>) -> TokenStream {
    let (krate, value) = (&plan.krate, &plan.returns.value);
    let (name, site, cache) = (plan.entries_name(), plan.call(&plan.site_name()), plan.cache());
    let kept = keep(&plan.function.sig.generics, value.clone());
    let (params, where_clause) = (kept.params(), kept.where_clause());
    let (receiver, lifetime) = match plan.this() {
        Some(this) => (quote!(&#this), quote!('_)),
        None => (TokenStream::new(), quote!('static)),
    };
    let hidden = hidden();
    let shape = blamed(quote!(#krate::__private::schema_of!(#value)), value);
    quote! {
        #cfg
        #hidden
        #[inline]
        fn #name<#params>(#receiver) -> #krate::__private::Entries<#lifetime> #where_clause {
            #krate::__private::Entries::new(#site(), #cache, #shape)
        }
    }
}

/// File and line of a token, not of the attribute above the impl block.
pub(crate) fn location(krate: &Krate, at: Span) -> TokenStream {
    let line = quote_spanned!(at=> ::core::line!());
    quote! {
        #krate::__private::Location { file: ::core::file!(), line: #line, module: ::core::module_path!() }
    }
}

/// Said by the compiler, at the strategy's name.
const NO_FIELDS: &str = "this strategy has `#[key]` fields, and a free function has no `self` to take them from: \
                         make it a method";

/// The strategy, for a static; and what is said where it does not fit.
fn strategy(plan: &Plan<'_>, location: &TokenStream) -> (TokenStream, Option<TokenStream>) {
    let krate = &plan.krate;
    match &plan.host {
        Host::Inline(inline) => {
            let policy = policy(krate, inline.ttl, &plan.settings);
            let (namespace, version, prefix) = (&inline.namespace, inline.version, inline.prefix());
            let (kind, reason) = (inline.kind.ident(), &plan.reason);
            let strategy = quote! {
                const {
                    &#krate::__private::Strategy {
                        name: "",
                        namespace: #namespace,
                        version: #version,
                        prefix: #prefix,
                        kind: #krate::__private::KindName::#kind,
                        policy: #policy,
                        fields: &[],
                        reason: #reason,
                        location: #location,
                    }
                }
            };
            (strategy, None)
        }
        Host::Type(ty) => (plan.declared(), Some(fieldless(&plan.declared(), ty))),
        Host::Block(_) => (plan.declared(), None),
    }
}

/// A strategy that renders without a `self`.
pub(super) fn fieldless(strategy: &TokenStream, ty: &Type) -> TokenStream {
    let no_fields = blamed(quote!(::core::assert!(#strategy.fields.is_empty(), #NO_FIELDS)), ty);
    quote!(const _: () = #no_fields;)
}

fn segment(plan: &Plan<'_>, segment: &BoundSegment<'_>) -> TokenStream {
    let krate = &plan.krate;
    let BoundSegment { prefix, bound, suffix } = segment;
    let class = match bound {
        None => return quote!(#krate::__private::Segment::Text(#prefix)),
        Some(Bound::Param(param)) => class(plan, param.ty),
        Some(Bound::Const(_, ty)) => class(plan, ty),
        Some(Bound::Path { .. } | Bound::Type(_)) => quote!(#krate::__private::CharClass::ANY),
    };
    quote!(#krate::__private::Segment::Around(#prefix, #class, #suffix))
}

/// What a type can render as; anything, where the type is only known in the generic function.
fn class(plan: &Plan<'_>, ty: &Type) -> TokenStream {
    let krate = &plan.krate;
    let ty = ty.to_token_stream();
    if plan.is_nameable(&ty) {
        let ty = tokens::replace_lifetimes(ty, "_");
        quote!(<#ty as #krate::CacheKey>::CLASS)
    } else {
        quote!(#krate::__private::CharClass::ANY)
    }
}
