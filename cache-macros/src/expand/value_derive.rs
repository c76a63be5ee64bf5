//! `#[derive(CacheValue)]` -> the schema, and the type's name in keys.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericParam, Generics, Member, Type, parse_quote};

use super::key::local;
use crate::krate::Krate;
use crate::tokens;
use crate::value_derive::{Field, ValuePlan, ValueShape, Variant};

pub(crate) fn value(plan: &ValuePlan) -> TokenStream {
    if !plan.owned {
        return TokenStream::new();
    }
    let schema = schema(plan);
    let name = name(plan);
    quote!(#schema #name)
}

/// `module::Post`: which type this is.
fn path(plan: &ValuePlan) -> TokenStream {
    let name = plan.ident.unraw().to_string();
    quote!(::core::concat!(::core::module_path!(), "::", #name))
}

fn bounded(plan: &ValuePlan, bound: &str) -> Generics {
    let krate = &plan.krate;
    let bound = syn::Ident::new(bound, proc_macro2::Span::call_site());
    let mut generics = plan.generics.clone();
    for param in generics.type_params_mut() {
        param.bounds.push(parse_quote!(#krate::#bound));
    }
    generics
}

fn schema(plan: &ValuePlan) -> TokenStream {
    let krate = &plan.krate;
    let (ident, attributes) = (&plan.ident, &plan.attributes);
    let generics = bounded(plan, "CacheValue");
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let (visitor, path) = (local("__visitor"), path(plan));
    let steps: TokenStream = match &plan.shape {
        ValueShape::Struct(fields) => fields.iter().map(|field| self::field(krate, field)).collect(),
        ValueShape::Enum(variants) => variants.iter().map(|variant| self::variant(krate, variant)).collect(),
    };
    let inside = closure(&steps);
    let version = plan.version.as_ref().map(|(member, ty)| version(krate, member, ty));
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::CacheValue for #ident #ty_generics #where_clause {
            fn schema(#visitor: &mut #krate::__private::SchemaVisitor) {
                #visitor.item::<Self>(#path, #attributes, #inside);
            }
            #version
        }
    }
}

/// How new a value is, said at the field's type where that can't tell.
fn version(krate: &Krate, member: &Member, ty: &Type) -> TokenStream {
    let version = quote_spanned!(ty.span()=> <#ty as #krate::Version>::version);
    quote! {
        fn version(&self) -> ::core::option::Option<u64> {
            ::core::option::Option::Some(#version(&self.#member))
        }
    }
}

fn closure(steps: &TokenStream) -> TokenStream {
    let visitor = local("__visitor");
    if steps.is_empty() { quote!(|_| {}) } else { quote!(|#visitor| { #steps }) }
}

fn field(krate: &Krate, field: &Field) -> TokenStream {
    let visitor = local("__visitor");
    let Field { name, attributes, ty, opaque } = field;
    match opaque {
        Some(version) => {
            let written = tokens::written(ty.to_token_stream());
            quote!(#visitor.opaque_field(#name, #attributes, #written, #version);)
        }
        None => {
            let schema = quote_spanned!(ty.span()=> <#ty as #krate::CacheValue>::schema);
            quote!(#visitor.field(#name, #attributes, #schema);)
        }
    }
}

fn variant(krate: &Krate, variant: &Variant) -> TokenStream {
    let visitor = local("__visitor");
    let Variant { name, attributes, fields } = variant;
    let steps: TokenStream = fields.iter().map(|field| self::field(krate, field)).collect();
    let inside = closure(&steps);
    quote!(#visitor.variant(#name, #attributes, #inside);)
}

fn name(plan: &ValuePlan) -> TokenStream {
    let krate = &plan.krate;
    let ident = &plan.ident;
    let generics = bounded(plan, "KeyType");
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let writer = local("__key");
    let text = match &plan.name {
        Some(name) => name.to_token_stream(),
        None => path(plan),
    };
    let arguments: TokenStream = plan
        .generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Type(param) => {
                let ident = &param.ident;
                Some(quote!(<#ident as #krate::KeyType>::render_type(#writer);))
            }
            GenericParam::Const(param) => {
                let ident = &param.ident;
                Some(quote!(#writer.part(&#ident);))
            }
            GenericParam::Lifetime(_) => None,
        })
        .flat_map(|step| quote!(#step #writer.comma();))
        .collect();
    let arguments =
        (!arguments.is_empty()).then(|| quote!(#writer.type_arguments(|#writer| { #arguments });));
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::KeyType for #ident #ty_generics #where_clause {
            fn render_type(#writer: &mut #krate::__private::KeyWriter) {
                #writer.text(#text);
                #arguments
            }
        }
    }
}
