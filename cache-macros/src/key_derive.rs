//! `#[derive(CacheKey)]`: what of a type is rendered.

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Fields, Generics, Ident, Index, Member, Path, Type};

use crate::error::{self, Errors};
use crate::guess;
use crate::krate::Krate;

pub(crate) struct KeyPlan {
    pub(crate) krate: Krate,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) shape: KeyShape,
}

pub(crate) enum KeyShape {
    Struct(Vec<Part>),
    Enum(Vec<Variant>),
    /// After a mistake.
    Nothing,
}

pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) fields: Vec<Part>,
}

pub(crate) struct Part {
    pub(crate) member: Member,
    pub(crate) ty: Type,
}

impl KeyPlan {
    pub(crate) fn new(input: DeriveInput, errors: &mut Errors) -> Self {
        let krate_path = container_crate(&input.attrs, "`#[cache(crate = …)]` stands on the type", errors);
        let shape = match &input.data {
            Data::Struct(data) => match parts(&data.fields, errors) {
                parts if parts.is_empty() => {
                    errors.at(&input.ident, error::nothing_in_key("this struct"));
                    KeyShape::Nothing
                }
                parts => KeyShape::Struct(parts),
            },
            Data::Enum(data) if data.variants.is_empty() => {
                errors.at(&input.ident, error::no_variants());
                KeyShape::Nothing
            }
            Data::Enum(data) => KeyShape::Enum(
                data.variants
                    .iter()
                    .map(|variant| Variant {
                        ident: variant.ident.clone(),
                        fields: parts(&variant.fields, errors),
                    })
                    .collect(),
            ),
            Data::Union(data) => {
                errors.at(data.union_token, error::union());
                KeyShape::Nothing
            }
        };
        Self { krate: Krate::new(krate_path.as_ref()), ident: input.ident, generics: input.generics, shape }
    }
}

/// The fields without the skipped ones.
fn parts(fields: &Fields, errors: &mut Errors) -> Vec<Part> {
    let mut parts = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let mut skipped = false;
        options(&field.attrs, &["skip"], "a field of a key takes `skip`", errors, |option, meta| {
            skipped |= option == "skip";
            let _ = meta;
            Ok(())
        });
        if !skipped {
            let member = match &field.ident {
                Some(ident) => Member::Named(ident.clone()),
                None => Member::Unnamed(Index { index: at as u32, span: field.ty.span() }),
            };
            parts.push(Part { member, ty: field.ty.clone() });
        }
    }
    parts
}

/// `#[cache(crate = …)]` of a type.
fn container_crate(attrs: &[Attribute], hint: &str, errors: &mut Errors) -> Option<Path> {
    let mut path = None;
    options(attrs, &["crate"], hint, errors, |_, meta| {
        path = Some(meta.value()?.parse()?);
        Ok(())
    });
    path
}

/// Walks `#[cache(…)]`, telling unknown and repeated options; `hint` says what there is.
pub(crate) fn options(
    attrs: &[Attribute],
    known: &[&str],
    hint: &str,
    errors: &mut Errors,
    mut read: impl FnMut(&str, &syn::meta::ParseNestedMeta<'_>) -> syn::Result<()>,
) {
    let mut seen: Vec<String> = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("cache")) {
        let result = attr.parse_nested_meta(|meta| {
            let option = meta.path.to_token_stream().to_string();
            if !known.contains(&option.as_str()) {
                let guess = guess::nearest(&option, known.iter().copied());
                return Err(meta.error(error::derive_option(&option, guess, hint)));
            }
            if seen.contains(&option) {
                return Err(meta.error(error::duplicate_option(&option)));
            }
            seen.push(option.clone());
            read(&option, &meta)
        });
        if let Err(error) = result {
            errors.add(error);
        }
    }
}
