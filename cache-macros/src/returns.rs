//! What a function returns, and what of it is cached.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericArgument, Ident, PathArguments, ReturnType, Type};

use crate::blame::blamed;
use crate::error::{self, Errors};
use crate::function::peel;
use crate::krate::Krate;
use crate::tokens;

/// Around the value: what is looked through before caching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Value,
    Option,
    Result,
    ResultOption,
}

impl Shape {
    pub(crate) fn is_result(self) -> bool {
        matches!(self, Self::Result | Self::ResultOption)
    }

    pub(crate) fn is_option(self) -> bool {
        matches!(self, Self::Option | Self::ResultOption)
    }
}

/// `Result<Option<V>, E>`, taken apart.
pub(crate) struct Returns {
    pub(crate) shape: Shape,
    /// `V`, with the user's spans.
    pub(crate) value: TokenStream,
    /// `E`.
    pub(crate) error: Option<TokenStream>,
}

impl Returns {
    /// The return type as a person writes the value: `Vec<Message>`.
    pub(crate) fn written(&self) -> String {
        tokens::written(self.value.clone())
    }

    /// Whether the value is an `Arc`, as it is written.
    pub(crate) fn is_arc(&self) -> bool {
        let value = syn::parse2::<Type>(self.value.clone());
        value.is_ok_and(|value| arguments_of(peel(&value), "Arc").is_some())
    }

    /// Reads `-> …`. `result` and `option` say that an alias stands for them.
    pub(crate) fn read(
        krate: &Krate,
        output: &ReturnType,
        (result, option): (Option<Span>, Option<Span>),
        errors: &mut Errors,
    ) -> Option<Self> {
        let ReturnType::Type(_, ty) = output else { return None };
        let mut ty: &Type = peel(ty);
        let mut error = None;
        let mut inside = Inside::Known(ty);
        if let Some(arguments) = arguments_of(ty, "Result") {
            error = Some(match arguments.get(1) {
                Some(error) => error.to_token_stream(),
                None => project(krate, ty, ty, "IsResult", "Err"),
            });
            match arguments.first() {
                Some(ok) => inside = Inside::Known(peel(ok)),
                None => inside = Inside::Projected(project(krate, ty, ty, "IsResult", "Ok")),
            }
        } else if result.is_some() {
            if is_known(ty) {
                errors.at(ty, error::no_alias("result", "Result"));
                return None;
            }
            error = Some(project(krate, ty, ty, "IsResult", "Err"));
            inside = Inside::Projected(project(krate, ty, ty, "IsResult", "Ok"));
        }
        let mut is_option = option.is_some();
        if let Inside::Known(known) = inside {
            ty = known;
            if let Some(&[some]) = arguments_of(known, "Option").as_deref() {
                is_option = true;
                inside = Inside::Known(peel(some));
            } else if option.is_some() {
                if is_known(ty) {
                    errors.at(ty, error::no_alias("option", "Option"));
                    return None;
                }
                inside = Inside::Projected(project(krate, ty, ty, "IsOption", "Some"));
            }
        } else if let (Inside::Projected(ok), true) = (&inside, is_option) {
            inside = Inside::Projected(project(krate, ok, ty, "IsOption", "Some"));
        }
        let shape = match (error.is_some(), is_option) {
            (false, false) => Shape::Value,
            (false, true) => Shape::Option,
            (true, false) => Shape::Result,
            (true, true) => Shape::ResultOption,
        };
        let value = match inside {
            Inside::Known(value) => {
                if !check_value(value, shape, errors) {
                    return None;
                }
                value.to_token_stream()
            }
            Inside::Projected(value) => value,
        };
        Some(Self { shape, value, error })
    }
}

/// `<Alias as IsResult>::Ok`, seen where the alias stands.
fn project(krate: &Krate, of: impl ToTokens, place: &Type, through: &str, to: &str) -> TokenStream {
    let (through, to) = (Ident::new(through, Span::call_site()), Ident::new(to, Span::call_site()));
    blamed(quote!(<#of as #krate::__private::#through>::#to), place)
}

enum Inside<'a> {
    Known(&'a Type),
    Projected(TokenStream),
}

/// The value has to stand by itself: no borrow, no `impl Trait`, no second `Result`. `false`: no companion could name
/// it.
pub(crate) fn check_value(value: &Type, shape: Shape, errors: &mut Errors) -> bool {
    if let Some(inner) = ["Result", "Option"].into_iter().find(|name| arguments_of(value, name).is_some()) {
        errors.at(value, error::nested_value(inner, shape.is_option()));
        true
    } else if matches!(value, Type::ImplTrait(_) | Type::Never(_)) {
        errors.at(value, error::unnamed_value());
        false
    } else if tokens::borrows(value.to_token_stream()) {
        errors.at(value, error::borrowed_value(matches!(value, Type::Reference(_))));
        false
    } else {
        true
    }
}

/// Is it a type that everybody knows, and so no alias of a `Result` or an `Option`?
fn is_known(ty: &Type) -> bool {
    const KNOWN: [&str; 12] = [
        "String", "Vec", "Arc", "Box", "HashMap", "BTreeMap", "HashSet", "BTreeSet", "bool", "i32", "i64",
        "u64",
    ];
    match ty {
        Type::Path(path) => {
            path.path.segments.last().is_some_and(|last| KNOWN.iter().any(|name| last.ident == name))
        }
        _ => true,
    }
}

/// The type arguments, if the last path segment is `name`.
pub(crate) fn arguments_of<'a>(ty: &'a Type, name: &str) -> Option<Vec<&'a Type>> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let types = |argument: &'a GenericArgument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    };
    Some(match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().filter_map(types).collect(),
        _ => Vec::new(),
    })
}
