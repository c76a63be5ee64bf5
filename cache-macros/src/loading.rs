//! Rules about how values are loaded and served, each with the user's code that breaks it.

use quote::ToTokens;
use syn::{Lifetime, Type};

use crate::args::{Args, Place};
use crate::bounds;
use crate::error::{self, Errors};
use crate::function::{Function, Param, peel};
use crate::model::BlockHost;
use crate::returns::Shape;
use crate::settings::Settings;
use crate::tokens;

/// What is about loads, where nothing is loaded.
const LOADING: [&str; 7] = [
    "stale_while_revalidate",
    "stale_if_error",
    "retry_after",
    "early_refresh",
    "load_timeout",
    "soft_load_timeout",
    "detached",
];

/// Rules of one attribute by itself.
pub(crate) fn alone(args: &Args, place: Place, errors: &mut Errors) {
    let inherits = match place {
        Place::Struct => false,
        Place::Function => args.wrote("strategy"),
        Place::Block | Place::Method | Place::Tag => true,
    };
    if !inherits {
        nothing_to_switch_off(&args.settings, place, errors);
    }
    shorter(&args.settings, errors);
    if !inherits
        && let Some(above) = args.settings.get("compress_above")
        && !args.wrote("compress")
    {
        errors.span(above.at, error::above_without_compress());
    }
    if place == Place::Function && !inherits {
        windowless(args, errors);
    }
}

/// `stale_if_error = false` where no strategy has switched it on.
fn nothing_to_switch_off(settings: &Settings, place: Place, errors: &mut Errors) {
    // What is on without being said may be switched off anywhere.
    for setting in settings.switched_off().filter(|setting| setting.name != "near") {
        errors.span(setting.value_at, error::nothing_to_switch_off(setting.name, place));
    }
}

/// `soft_load_timeout = "5s", load_timeout = "2s"`.
fn shorter(settings: &Settings, errors: &mut Errors) {
    let (soft, hard) = (settings.millis("soft_load_timeout"), settings.millis("load_timeout"));
    if let (Some(soft), Some(hard), Some(setting)) = (soft, hard, settings.get("soft_load_timeout"))
        && soft >= hard
    {
        errors.span(setting.value_at, error::soft_not_shorter());
    }
}

/// `soft_load_timeout` on a function that never has a stale value.
fn windowless(args: &Args, errors: &mut Errors) {
    let windows = ["stale_while_revalidate", "stale_if_error"];
    if let Some(setting) = args.settings.on("soft_load_timeout")
        && !windows.iter().any(|window| args.wrote(window))
    {
        errors.span(setting.at, error::soft_without_window());
    }
}

/// `stale_if_error`, `background` on a function without a body: nothing is loaded.
pub(crate) fn bodyless(args: &Args, errors: &mut Errors) {
    for setting in LOADING.iter().filter_map(|name| args.settings.get(name)) {
        errors.span(setting.at, error::nothing_to_load(setting.name));
    }
    if let Some(span) = args.background {
        errors.span(span, error::nothing_to_load("background"));
    }
    if let Some((span, _)) = &args.timeout_error {
        errors.span(*span, error::nothing_to_load("timeout_error"));
    }
}

/// `load_timeout` on a function that can't tell of it.
pub(crate) fn timeouts(args: &Args, function: &Function, shape: Shape, place: Place, errors: &mut Errors) {
    let limit = args.settings.get("load_timeout");
    let limited = args.settings.on("load_timeout");
    if !shape.is_result() {
        if let Some(limit) = limited {
            errors.span(limit.at, error::timeout_without_result(&function.sig.ident.to_string()));
        }
        if let Some((span, _)) = &args.timeout_error {
            errors.span(*span, error::timeout_error_without_result());
        }
        return;
    }
    let given_elsewhere = limit.is_none() && (place == Place::Method || args.wrote("strategy"));
    if let Some((span, _)) = &args.timeout_error
        && !given_elsewhere
        && limited.is_none()
        && !args.wrote_broken("load_timeout")
    {
        errors.span(*span, error::timeout_error_alone());
    }
}

/// How a load in the background gets a parameter.
pub(crate) enum Carried<'a> {
    /// What is owned, or borrowed for ever.
    Moved,
    /// What is borrowed, of this type.
    Cloned(&'a Type),
}

pub(crate) fn carried(ty: &Type) -> Carried<'_> {
    match peel(ty) {
        Type::Reference(reference) if !reference.lifetime.as_ref().is_some_and(is_static) => {
            Carried::Cloned(&reference.elem)
        }
        _ => Carried::Moved,
    }
}

fn is_static(lifetime: &Lifetime) -> bool {
    lifetime.ident == "static"
}

/// `background` beside `&mut T`, `Option<&str>`, `Page<'_>`, `T` or `impl Fn()`, or in an impl block of a type that borrows:
/// no task can have these. An `impl Trait` or a `&mut T` that is `in_key` is a mistake of its own already.
pub(crate) fn owned(
    function: &Function,
    block: Option<&BlockHost>,
    in_key: impl Fn(&Param<'_>) -> bool,
    errors: &mut Errors,
) {
    if let (Some(receiver), Some(block)) = (function.sig.receiver(), block)
        && tokens::may_end(block.self_ty.to_token_stream())
    {
        let ty = tokens::written(block.self_ty.to_token_stream());
        errors.at(receiver, error::borrowing_self(&ty));
    }
    let generics = block.map(|block| &block.generics).into_iter().chain([&function.sig.generics]);
    let mut open = bounds::open(generics);
    for param in function.params() {
        let ty = peel(param.ty);
        let inside = match ty {
            Type::Reference(reference) if reference.mutability.is_some() => {
                if !in_key(&param) {
                    errors.at(ty, error::changed_parameter(&param.name()));
                }
                continue;
            }
            Type::Reference(reference) => peel(&reference.elem),
            ty => ty,
        };
        if let (Type::Reference(_), Type::TraitObject(_)) = (ty, inside) {
            errors.at(ty, error::object_parameter(&tokens::written(inside.to_token_stream())));
        } else if tokens::may_end(inside.to_token_stream()) {
            errors.at(ty, error::borrowing_parameter(&tokens::written(ty.to_token_stream())));
        } else if !in_key(&param) {
            open.extend(bounds::open_impl(inside));
        }
    }
    for bounds::Open { place, missing } in open {
        let ty = tokens::written(place.clone());
        errors.at(place, error::open_parameter(&ty, &missing));
    }
}
