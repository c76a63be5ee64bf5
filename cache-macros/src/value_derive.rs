//! `#[derive(CacheValue)]`: what of a type is in its schema.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Fields, GenericParam, Generics, Ident, LitStr, Meta, Path, Type};

use crate::args::krate;
use crate::error::{self, Errors};
use crate::key_derive::options;
use crate::tokens;

pub(crate) struct ValuePlan {
    pub(crate) krate: TokenStream,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// Can the type be cached at all?
    pub(crate) owned: bool,
    /// In place of the type's path, in a key that names the type.
    pub(crate) name: Option<String>,
    pub(crate) attributes: String,
    pub(crate) shape: ValueShape,
}

pub(crate) enum ValueShape {
    Struct(Vec<Field>),
    Enum(Vec<Variant>),
}

pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) attributes: String,
    pub(crate) fields: Vec<Field>,
}

pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) attributes: String,
    pub(crate) ty: Type,
    /// The version that stands for a foreign type's shape.
    pub(crate) opaque: Option<String>,
}

impl ValuePlan {
    pub(crate) fn new(input: DeriveInput, errors: &mut Errors) -> Self {
        let (mut path, mut name) = (None::<Path>, None);
        let hint = "a cached type takes `name` and `crate`, its fields take `opaque`";
        options(&input.attrs, &["name", "crate"], hint, errors, |option, meta| {
            match option {
                "crate" => path = Some(meta.value()?.parse()?),
                _ => name = Some(meta.value()?.parse::<LitStr>()?.value()),
            }
            Ok(())
        });
        let mut owned = true;
        for param in &input.generics.params {
            if let GenericParam::Lifetime(lifetime) = param {
                errors.at(lifetime, error::borrowed_schema());
                owned = false;
            }
        }
        let shape = match &input.data {
            Data::Struct(data) => ValueShape::Struct(fields(&data.fields, errors)),
            Data::Enum(data) => {
                let variant = |variant: &syn::Variant| Variant {
                    name: variant.ident.unraw().to_string(),
                    attributes: serde_attributes(&variant.attrs),
                    fields: fields(&variant.fields, errors),
                };
                ValueShape::Enum(data.variants.iter().map(variant).collect())
            }
            Data::Union(data) => {
                errors.at(data.union_token, error::union());
                ValueShape::Struct(Vec::new())
            }
        };
        Self {
            krate: krate(path.as_ref()),
            attributes: serde_attributes(&input.attrs),
            ident: input.ident,
            generics: input.generics,
            owned,
            name,
            shape,
        }
    }
}

fn fields(fields: &Fields, errors: &mut Errors) -> Vec<Field> {
    let mut out = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let mut opaque = None;
        let mut mistakes = Errors::default();
        let hint = "a field takes `opaque = \"1\"`";
        options(&field.attrs, &["opaque"], hint, &mut mistakes, |_, meta| {
            let version = match meta.value().and_then(|value| value.parse::<LitStr>()) {
                Ok(text) if !text.value().is_empty() => text.value(),
                _ => return Err(meta.error(error::empty_opaque())),
            };
            opaque = Some(version);
            Ok(())
        });
        // A field that could not be read is no foreign type on top of that.
        if !mistakes.is_empty() {
            opaque.get_or_insert_with(String::new);
            errors.append(mistakes);
        }
        let attributes = serde_attributes(&field.attrs);
        if attributes.split(", ").any(|attribute| attribute == "skip") {
            continue;
        }
        let name = field.ident.as_ref().map_or_else(|| at.to_string(), |ident| ident.unraw().to_string());
        out.push(Field { name, attributes, ty: field.ty.clone(), opaque });
    }
    out
}

/// What serde was told, in order: it decides what is written.
fn serde_attributes(attrs: &[Attribute]) -> String {
    let of = |attr: &Attribute| match &attr.meta {
        Meta::List(list) if list.path.is_ident("serde") => {
            Some(tokens::written(list.tokens.to_token_stream()))
        }
        _ => None,
    };
    attrs.iter().filter_map(of).collect::<Vec<_>>().join(", ")
}
