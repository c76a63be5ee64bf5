//! Rules across parts, each with the user's code that breaks it.

use proc_macro2::Span;
use syn::{FnArg, GenericParam, Pat, Receiver, ReceiverKind, ReturnType, Safety, Type};

use crate::args::{Args, Place};
use crate::error::{self, Errors};
use crate::function::Function;
use crate::krate::Krate;
use crate::loading;
use crate::returns::{self, Returns, Shape};

/// `const fn`, `unsafe fn`, `extern "C" fn`, `fn f(x: i32, ...)`.
pub(crate) fn modifiers(function: &Function, errors: &mut Errors) {
    let sig = &function.sig;
    if let Some(constness) = &sig.constness {
        errors.at(constness, error::modifier("const"));
    }
    if let Safety::Unsafe(unsafety) = &sig.safety {
        errors.at(unsafety, error::modifier("unsafe"));
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, error::modifier("extern"));
    }
    if let Some(variadic) = &sig.variadic {
        errors.at(variadic, error::modifier("variadic"));
    }
}

/// `fn rename(id: i64) -> User { … }`: a change is async.
pub(crate) fn asyncness(function: &Function, attribute: &str, errors: &mut Errors) {
    let sig = &function.sig;
    // `const async` does not exist: one of the two errors is enough.
    if sig.constness.is_some() {
        return;
    }
    match (&function.body, &sig.asyncness) {
        (Some(_), None) if is_async_trait(function) => {
            errors.at(&sig.ident, error::async_trait_order());
        }
        // It is memoised in the process.
        (Some(_), None) if attribute == "cached" => {}
        (Some(_), None) => errors.at(sig.fn_token, error::not_async(&sig.ident.to_string(), attribute)),
        (None, Some(asyncness)) => errors.at(asyncness, error::bodyless_async()),
        _ => {}
    }
}

/// `#[async_trait]` ran first: its lifetime gives it away.
pub(crate) fn is_async_trait(function: &Function) -> bool {
    let is = |param: &GenericParam| matches!(param, GenericParam::Lifetime(param) if param.lifetime.ident == "async_trait");
    function.sig.generics.params.iter().any(is)
}

/// `self`, `&mut self`, `self: Arc<Self>`, or none on a method.
pub(crate) fn receiver(function: &Function, errors: &mut Errors) {
    match function.sig.receiver() {
        None => errors.at(&function.sig.ident, error::no_receiver(&function.sig.ident.to_string())),
        Some(receiver) if !is_shared(receiver) => errors.at(receiver, error::by_value_receiver()),
        Some(_) => {}
    }
}

fn is_shared(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_none(),
        ReceiverKind::Typed(_, ty) => match &**ty {
            Type::Reference(reference) => {
                reference.mutability.is_none()
                    && matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("Self"))
            }
            _ => false,
        },
        _ => false,
    }
}

/// `async fn f((a, b): (i64, i64))`: a parameter without a name has no place in a template.
pub(crate) fn named_parameters(function: &Function, errors: &mut Errors) -> bool {
    let mut named = true;
    for arg in &function.sig.inputs {
        let FnArg::Typed(typed) = arg else { continue };
        match &*typed.pat {
            Pat::Ident(pat) if pat.subpat.is_none() && pat.by_ref.is_none() => {}
            pat => {
                errors.at(pat, error::pattern_parameter());
                named = false;
            }
        }
    }
    named
}

/// `#[cached(key = "…")]` on a free function: it needs a namespace and a lifetime of its own, or a strategy.
pub(crate) fn required(args: &Args, place: Place, at: Span, errors: &mut Errors) {
    let needs_policy = match place {
        Place::Struct => true,
        Place::Function => !args.wrote("strategy"),
        Place::Block | Place::Method | Place::Tag => false,
    };
    let needed = [("namespace", needs_policy), ("key", place != Place::Struct), ("ttl", needs_policy)];
    let missing = needed.into_iter().filter(|(option, needed)| *needed && !args.wrote(option));
    match missing.map(|(option, _)| option).collect::<Vec<_>>().as_slice() {
        [] => {}
        [option] => errors.span(at, error::missing_option(option, place)),
        several => errors.span(at, error::missing_options(several, place)),
    }
}

/// `strategy = Feed, namespace = "feed"`: the strategy has one.
pub(crate) fn strategy_alone(args: &Args, errors: &mut Errors) {
    if args.strategy.is_none() {
        return;
    }
    if let Some(namespace) = &args.namespace {
        errors.at(namespace, error::conflicts_with_strategy("namespace"));
    }
    if let Some(kind) = &args.kind {
        errors.span(kind.span, error::conflicts_with_strategy("kind"));
    }
    if let Some(version) = &args.version {
        errors.span(version.span, error::conflicts_with_strategy("version"));
    }
}

/// `none_ttl` where there is no `None`; `share_error` where there is no error.
pub(crate) fn shape(args: &Args, shape: Shape, errors: &mut Errors) {
    if let Some(none_ttl) =
        args.settings.get("none_ttl").filter(|_| !shape.is_option() && args.batch.is_none())
    {
        errors.span(none_ttl.value_at, error::none_ttl_without_option());
    }
    if let Some(path) = args.share_error.as_ref().filter(|_| !shape.is_result()) {
        errors.at(path, error::share_error_without_result());
    }
}

/// What a function with a body returns, or an error that it is nothing.
pub(crate) fn loaded(
    krate: &Krate,
    function: &Function,
    args: &Args,
    place: Place,
    errors: &mut Errors,
) -> Option<Returns> {
    let output = &function.sig.output;
    if let ReturnType::Default = output {
        errors.at(&function.sig.ident, error::nothing_to_cache());
        return None;
    }
    let returns = Returns::read(krate, output, (args.result, args.option), errors)?;
    shape(args, returns.shape, errors);
    loading::timeouts(args, function, returns.shape, place, errors);
    Some(returns)
}

/// What the entry of a function without a body holds: the `V` of `-> Entry<V>`.
pub(crate) fn entry_value(function: &Function, args: &Args, errors: &mut Errors) -> Option<Returns> {
    for (option, span) in [("result", args.result), ("option", args.option)] {
        if let Some(span) = span {
            errors.span(span, error::alias_without_body(option));
        }
    }
    shape(args, Shape::Value, errors);
    let ReturnType::Type(_, ty) = &function.sig.output else {
        errors.at(&function.sig.ident, error::bodyless_return());
        return None;
    };
    let arguments = returns::arguments_of(crate::function::peel(ty), "Entry").unwrap_or_default();
    match arguments.as_slice() {
        [value] => {
            let value = crate::function::peel(value);
            if !returns::check_value(value, Shape::Value, errors) {
                return None;
            }
            let value = quote::ToTokens::to_token_stream(value);
            Some(Returns { shape: Shape::Value, value, error: None })
        }
        [_, kind, ..] => {
            errors.at(kind, error::entry_kind());
            None
        }
        [] => {
            errors.at(ty, error::bodyless_return());
            None
        }
    }
}

/// `skip(db)` on a function without a body: nothing could use it.
pub(crate) fn bodyless_skips(args: &Args, errors: &mut Errors) {
    for name in &args.skip {
        errors.at(name, error::bodyless_skip(&name.to_string()));
    }
}
