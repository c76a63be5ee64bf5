//! `#[derive(CacheValue)]`: what of a type is in its schema.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Fields, GenericParam, Generics, Ident, Index, LitStr, Member, Meta, Path,
    Token, Type,
};

use crate::error::{self, Errors};
use crate::key_derive::options;
use crate::krate::Krate;
use crate::tokens;

pub(crate) struct ValuePlan {
    pub(crate) krate: Krate,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// Can the type be cached at all?
    pub(crate) owned: bool,
    /// In place of the type's path, in a key that names the type.
    pub(crate) name: Option<String>,
    pub(crate) attributes: String,
    pub(crate) shape: ValueShape,
    /// The field that says how new a value is.
    pub(crate) version: Option<(Member, Type)>,
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
        let hint = "a cached type takes `name` and `crate`, its fields take `opaque` and `version`";
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
        let mut versions = Vec::new();
        let shape = match &input.data {
            Data::Struct(data) => ValueShape::Struct(fields(&data.fields, &mut versions, errors)),
            Data::Enum(data) => {
                let variant = |variant: &syn::Variant| Variant {
                    name: variant.ident.unraw().to_string(),
                    attributes: serde_attributes(&variant.attrs),
                    fields: fields(&variant.fields, &mut versions, errors),
                };
                let variants = data.variants.iter().map(variant).collect();
                for version in versions.drain(..) {
                    errors.span(version.at, error::version_in_enum());
                }
                ValueShape::Enum(variants)
            }
            Data::Union(data) => {
                errors.at(data.union_token, error::union());
                ValueShape::Struct(Vec::new())
            }
        };
        let mut versions = versions.into_iter();
        let version = versions.next().map(|version| (version.member, version.ty));
        for extra in versions {
            errors.span(extra.at, error::second_version());
        }
        Self {
            krate: Krate::new(path.as_ref()),
            attributes: serde_attributes(&input.attrs),
            ident: input.ident,
            generics: input.generics,
            owned,
            name,
            shape,
            version,
        }
    }
}

/// A field with `#[cache(version)]`.
struct VersionField {
    at: Span,
    member: Member,
    ty: Type,
}

fn fields(fields: &Fields, versions: &mut Vec<VersionField>, errors: &mut Errors) -> Vec<Field> {
    let mut out = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let (mut opaque, mut version) = (None, None);
        let mut mistakes = Errors::default();
        let hint = "a field takes `opaque = \"1\"` and `version`";
        options(&field.attrs, &["opaque", "version"], hint, &mut mistakes, |option, meta| {
            if option == "version" {
                if !meta.input.is_empty() && !meta.input.peek(Token![,]) {
                    return Err(meta.error(error::version_takes_nothing()));
                }
                version = Some(meta.path.span());
                return Ok(());
            }
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
        let skipped = attributes.split(", ").any(|attribute| attribute == "skip");
        match version {
            Some(at) if skipped => errors.span(at, error::skipped_version()),
            Some(at) => {
                let member = match &field.ident {
                    Some(ident) => Member::Named(ident.clone()),
                    None => Member::Unnamed(Index { index: index as u32, span: field.ty.span() }),
                };
                versions.push(VersionField { at, member, ty: field.ty.clone() });
            }
            None => {}
        }
        if skipped {
            continue;
        }
        let name = field.ident.as_ref().map_or_else(|| index.to_string(), |ident| ident.unraw().to_string());
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
