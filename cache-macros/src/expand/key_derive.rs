//! `#[derive(CacheKey)]` -> the implementation.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::parse_quote;

use super::key::{local, part};
use crate::key_derive::{KeyPlan, KeyShape, Part, Variant};
use crate::krate::Krate;
use crate::tokens::mentioned;

pub(crate) fn key(plan: &KeyPlan) -> TokenStream {
    let krate = &plan.krate;
    let ident = &plan.ident;
    let mut generics = plan.generics.clone();
    let rendered = rendered(plan);
    // As in serde: one that stands in skipped fields alone need not be a key part.
    for param in generics.type_params_mut().filter(|param| rendered.contains(&param.ident.to_string())) {
        param.bounds.push(parse_quote!(#krate::CacheKey));
    }
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let (constants, body) = match &plan.shape {
        KeyShape::Nothing => (any(krate), TokenStream::new()),
        KeyShape::Struct(parts) => (constants(krate, parts), fields(krate, parts)),
        KeyShape::Enum(variants) => (any(krate), self::variants(krate, variants)),
    };
    let writer = local("__key");
    let unused = matches!(plan.shape, KeyShape::Nothing).then(|| quote!(#[allow(unused_variables)]));
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::CacheKey for #ident #ty_generics #where_clause {
            #constants
            #unused
            fn render(&self, #writer: &mut #krate::__private::KeyWriter) {
                #body
            }
        }
    }
}

/// The type parameters of what is rendered.
fn rendered(plan: &KeyPlan) -> BTreeSet<String> {
    let known = plan.generics.type_params().map(|param| param.ident.to_string()).collect();
    let parts: Vec<&Part> = match &plan.shape {
        KeyShape::Struct(parts) => parts.iter().collect(),
        KeyShape::Enum(variants) => variants.iter().flat_map(|variant| &variant.fields).collect(),
        KeyShape::Nothing => Vec::new(),
    };
    parts.into_iter().flat_map(|part| mentioned(part.ty.to_token_stream(), &known)).collect()
}

fn any(krate: &Krate) -> TokenStream {
    quote!(const CLASS: #krate::__private::CharClass = #krate::__private::CharClass::ANY;)
}

/// A newtype is its field.
fn constants(krate: &Krate, parts: &[Part]) -> TokenStream {
    let [Part { ty, .. }] = parts else { return any(krate) };
    quote! {
        const CLASS: #krate::__private::CharClass = <#ty as #krate::CacheKey>::CLASS;
        const NULLABLE: bool = <#ty as #krate::CacheKey>::NULLABLE;
        const MAX_LEN: ::core::option::Option<usize> = <#ty as #krate::CacheKey>::MAX_LEN;
    }
}

fn fields(krate: &Krate, parts: &[Part]) -> TokenStream {
    let writer = local("__key");
    let part =
        |Part { member, ty }: &Part| part(krate, ty, &quote!(&self.#member), &writer.to_token_stream());
    match parts {
        [one] => part(one),
        several => listed(several.iter().map(part)),
    }
}

/// `(`, the parts with commas, `)`.
fn listed(parts: impl Iterator<Item = TokenStream>) -> TokenStream {
    let writer = local("__key");
    let steps = parts.enumerate().map(|(at, part)| {
        let comma = (at > 0).then(|| quote!(#writer.comma();));
        quote!(#comma #part)
    });
    quote! {
        #writer.open();
        #(#steps)*
        #writer.close();
    }
}

fn variants(krate: &Krate, variants: &[Variant]) -> TokenStream {
    let writer = local("__key");
    let arms = variants.iter().map(|Variant { ident, fields }| {
        let name = ident.unraw().to_string();
        let bound: Vec<_> = (0..fields.len())
            .map(|at| format_ident!("__field{at}", span = proc_macro2::Span::mixed_site()))
            .collect();
        let members = fields.iter().map(|part| &part.member);
        let pattern = quote!(Self::#ident { #(#members: #bound,)* .. });
        let parts = fields.iter().zip(&bound).map(|(part, bound)| {
            self::part(krate, &part.ty, &bound.to_token_stream(), &writer.to_token_stream())
        });
        let parts = if fields.is_empty() { TokenStream::new() } else { listed(parts) };
        quote! {
            #pattern => {
                #writer.text(#name);
                #parts
            }
        }
    });
    quote!(match self { #(#arms)* })
}
