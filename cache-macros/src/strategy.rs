//! `#[cache_strategy]` on a struct: its fields accounted for.

use std::collections::BTreeSet;

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Attribute, Fields, Ident, ItemStruct, LitStr, Meta, Type};

use crate::args::{Args, Kind, Place};
use crate::check;
use crate::error::{self, Errors};
use crate::function::{peel, reason};
use crate::krate::Krate;
use crate::loading;
use crate::settings::Settings;
use crate::tokens::mentioned;

/// All that the expansion of a strategy needs to know.
pub(crate) struct StrategyPlan {
    pub(crate) krate: Krate,
    /// The struct without `#[key]` and `#[skip]`.
    pub(crate) item: ItemStruct,
    pub(crate) namespace: String,
    pub(crate) version: u32,
    pub(crate) kind: Kind,
    pub(crate) ttl: u64,
    pub(crate) settings: Settings,
    pub(crate) reason: String,
    pub(crate) key_fields: Vec<(Ident, Type)>,
    pub(crate) cache_field: Option<Ident>,
}

impl StrategyPlan {
    pub(crate) fn new(mut item: ItemStruct, args: Args, errors: &mut Errors) -> Self {
        check::required(&args, Place::Struct, Span::call_site(), errors);
        loading::alone(&args, Place::Struct, errors);
        let mut plan_fields = PlanFields::default();
        match &mut item.fields {
            Fields::Named(fields) => {
                for field in &mut fields.named {
                    let marks = Marks::take(&mut field.attrs, errors);
                    if let Some(ident) = &field.ident {
                        plan_fields.add(ident, &field.ty, &marks, errors);
                    }
                }
            }
            Fields::Unnamed(fields) => errors.at(&*fields, error::tuple_strategy()),
            Fields::Unit => {}
        }
        Self {
            krate: Krate::new(args.krate.as_ref()),
            namespace: args.namespace.as_ref().map(LitStr::value).unwrap_or_default(),
            version: args.version.map_or(1, |version| version.value),
            kind: args.kind.map(|kind| kind.value).unwrap_or_default(),
            ttl: args.ttl.map_or(1, |ttl| ttl.value),
            settings: args.settings,
            reason: reason(&item.attrs),
            key_fields: plan_fields.keyed,
            cache_field: plan_fields.cache,
            item,
        }
    }
}

#[derive(Default)]
struct PlanFields {
    keyed: Vec<(Ident, Type)>,
    cache: Option<Ident>,
}

impl PlanFields {
    /// A field is in the key, left out by name, or the cache itself.
    fn add(&mut self, ident: &Ident, ty: &Type, marks: &Marks, errors: &mut Errors) {
        let name = ident.to_string();
        let is_cache = is_cache(ty);
        match marks {
            Marks { key: Some(key), skip: Some(_) } => errors.at(key, error::key_and_skip(&name)),
            Marks { key: Some(key), skip: None } if is_cache => errors.at(key, error::keyed_cache(&name)),
            Marks { key: Some(_), skip: None } => self.keyed.push((ident.clone(), ty.clone())),
            Marks { key: None, skip: Some(_) } => {}
            Marks { key: None, skip: None } if is_cache => match &self.cache {
                Some(first) => errors.at(ident, error::second_cache(&first.to_string())),
                None => self.cache = Some(ident.clone()),
            },
            Marks { key: None, skip: None } if holds_cache(ty) => errors.at(ty, error::held_cache(&name)),
            Marks { key: None, skip: None } => errors.at(ident, error::unmarked_field(&name)),
        }
    }
}

fn is_cache(ty: &Type) -> bool {
    match peel(ty) {
        Type::Path(path) => path.path.segments.last().is_some_and(|segment| segment.ident == "Cache"),
        _ => false,
    }
}

/// `&'a Cache`, `Arc<Cache>`, `Option<Cache>`.
fn holds_cache(ty: &Type) -> bool {
    !mentioned(ty.to_token_stream(), &BTreeSet::from(["Cache".to_owned()])).is_empty()
}

/// `#[key]` and `#[skip]` of a field.
#[derive(Default)]
struct Marks {
    key: Option<Attribute>,
    skip: Option<Attribute>,
}

impl Marks {
    fn take(attrs: &mut Vec<Attribute>, errors: &mut Errors) -> Self {
        let mut marks = Self::default();
        for attr in std::mem::take(attrs) {
            let (marker, place) = if attr.path().is_ident("key") {
                ("key", &mut marks.key)
            } else if attr.path().is_ident("skip") {
                ("skip", &mut marks.skip)
            } else {
                attrs.push(attr);
                continue;
            };
            if !matches!(attr.meta, Meta::Path(_)) {
                errors.at(&attr, error::marker_arguments(marker));
            }
            *place = Some(attr);
        }
        marks
    }
}
