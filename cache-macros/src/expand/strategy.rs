//! `#[cache_strategy]` on a struct -> the struct, and what makes it a strategy.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::GenericParam;
use syn::ext::IdentExt;

use super::key::{local, part};
use super::policy::policy;
use super::site::location;
use crate::strategy::StrategyPlan;
use crate::tokens;

pub(crate) fn strategy(plan: &StrategyPlan) -> TokenStream {
    let krate = &plan.krate;
    let item = &plan.item;
    let (ident, vis, kind) = (&item.ident, &item.vis, plan.kind.ident());
    let (impl_generics, ty_generics, where_clause) = item.generics.split_for_impl();
    let of_kind = format_ident!("Is{kind}");
    let declaration = declaration(plan);
    // A static can't name the type's parameters, so it finds the strategy by a constant: a struct with named fields
    // leaves its name free for one.
    let generic = item.generics.params.iter().any(|param| !matches!(param, GenericParam::Lifetime(_)));
    let (constant, strategy) = if generic {
        let constant = quote! {
            #[doc(hidden)]
            #[allow(non_upper_case_globals, dead_code, unreachable_pub)]
            #vis const #ident: &'static #krate::__private::Strategy = #declaration;
        };
        (constant, ident.to_token_stream())
    } else {
        (TokenStream::new(), declaration)
    };
    let where_clause = match where_clause {
        Some(clause) => {
            let predicates = clause.predicates.iter();
            quote!(where #(#predicates,)* Self: ::core::marker::Send + ::core::marker::Sync)
        }
        None if item.generics.params.is_empty() => TokenStream::new(),
        None => quote!(where Self: ::core::marker::Send + ::core::marker::Sync),
    };
    let cache = plan.cache_field.as_ref().map(|field| {
        quote! {
            fn cache(&self) -> &#krate::Cache {
                &self.#field
            }
        }
    });
    let render_fields = render_fields(plan);
    let required = plan.settings.required(krate);
    let registered = if generic {
        ident.to_token_stream()
    } else {
        let ty = tokens::replace_lifetimes(quote!(#ident #ty_generics), "static");
        quote!(<#ty as #krate::CacheStrategy>::STRATEGY)
    };
    quote! {
        #item
        #constant
        impl #impl_generics #krate::CacheStrategy for #ident #ty_generics #where_clause {
            type Kind = #krate::kind::#kind;
            const STRATEGY: &'static #krate::__private::Strategy = #strategy;
            #cache
            #render_fields
        }
        impl #impl_generics #krate::__private::AnyThread for #ident #ty_generics #where_clause {}
        impl #impl_generics #krate::kind::#of_kind for #ident #ty_generics #where_clause {}
        #krate::__private::register_strategy!(#registered);
        #required
    }
}

fn declaration(plan: &StrategyPlan) -> TokenStream {
    let krate = &plan.krate;
    let name = plan.item.ident.unraw().to_string();
    let (namespace, version, reason) = (&plan.namespace, plan.version, &plan.reason);
    let prefix = format!("{namespace}:v{version}");
    let kind = plan.kind.ident();
    let policy = policy(krate, plan.ttl, &plan.settings);
    let location = location(krate, plan.item.ident.span());
    let fields = plan.key_fields.iter().map(|(field, _)| field.unraw().to_string());
    quote! {
        &#krate::__private::Strategy {
            name: #name,
            namespace: #namespace,
            version: #version,
            prefix: #prefix,
            kind: #krate::__private::KindName::#kind,
            policy: #policy,
            fields: &[#(#fields),*],
            reason: #reason,
            location: #location,
        }
    }
}

/// The `#[key]` fields, ahead of every key.
fn render_fields(plan: &StrategyPlan) -> Option<TokenStream> {
    if plan.key_fields.is_empty() {
        return None;
    }
    let krate = &plan.krate;
    let writer = local("__key");
    let parts = plan.key_fields.iter().map(|(field, ty)| {
        let part = part(krate, ty, &quote!(&self.#field), &writer.to_token_stream());
        quote! {
            #writer.separator();
            #part
        }
    });
    Some(quote! {
        fn render_fields(&self, #writer: &mut #krate::__private::KeyWriter) {
            #(#parts)*
        }
    })
}
