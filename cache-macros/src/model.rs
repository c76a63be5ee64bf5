//! Args, template and function -> a plan in which every placeholder is bound and every rule holds.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Generics, LitStr, Path, Type};

use crate::args::{Args, Kind, Place};
use crate::batch::{self, Ids};
use crate::bind::{BoundSegment, Scope, bind, braced};
use crate::check;
use crate::error::{self, Errors};
use crate::function::{Function, Param, reason};
use crate::krate::Krate;
use crate::returns::Returns;
use crate::settings::Settings;
use crate::tags::{self, Tag};
use crate::tokens::Tokens;
use crate::{loading, template};

/// All that an expansion needs to know of one `#[cached]` function.
pub(crate) struct Plan<'a> {
    pub(crate) krate: Krate,
    pub(crate) function: &'a Function,
    pub(crate) host: Host<'a>,
    /// `<Self as CacheStrategy>`, seen where the type stands: "no strategy" is said there, once. Nothing, where it is declared here.
    pub(crate) strategy: Tokens,
    pub(crate) template: String,
    pub(crate) segments: Vec<BoundSegment<'a>>,
    pub(crate) tags: Vec<Tag<'a>>,
    /// Where it takes many ids.
    pub(crate) ids: Option<Ids<'a>>,
    /// The parameters that the companions take.
    pub(crate) keyed: Vec<Param<'a>>,
    pub(crate) returns: Returns,
    pub(crate) ttl: Option<u64>,
    pub(crate) settings: Settings,
    pub(crate) loads: Loads,
    pub(crate) share_error: Option<Path>,
    pub(crate) timeout_error: Option<Path>,
    pub(crate) reason: String,
}

/// Where the function gets its strategy from.
pub(crate) enum Host<'a> {
    /// A free function with `namespace` and `ttl`.
    Inline(Inline),
    /// A free function with `strategy = Type`.
    Type(Box<Type>),
    /// A method.
    Block(&'a BlockHost),
}

/// The strategy that a free function declares for itself.
pub(crate) struct Inline {
    pub(crate) namespace: String,
    pub(crate) version: u32,
    pub(crate) kind: Kind,
    pub(crate) ttl: u64,
}

/// Where a function's loads run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loads {
    /// There is no body.
    Never,
    InCaller,
    /// In the caller, many at once.
    InBatch,
    /// In the caller's thread: it is not async.
    InThread,
    /// In a task, where that is better.
    InBackground,
}

/// What the methods of an impl block share.
pub(crate) struct BlockHost {
    pub(crate) krate: Option<Path>,
    pub(crate) generics: Generics,
    pub(crate) self_ty: Type,
    /// An expression for the strategy that a static can hold, which can't say `Self`.
    pub(crate) strategy: TokenStream,
    pub(crate) skip: Vec<Ident>,
    pub(crate) in_trait: bool,
    /// The trait, and the names of the associated types that the block defines.
    pub(crate) of: Option<(Path, BTreeSet<String>)>,
}

impl<'a> Plan<'a> {
    /// The plan of a free function.
    pub(crate) fn of_function(function: &'a Function, args: Args, errors: &mut Errors) -> Option<Self> {
        check::strategy_alone(&args, errors);
        let host = match &args.strategy {
            Some(strategy) => Host::Type(Box::new(strategy.clone())),
            None => Host::Inline(Inline {
                namespace: args.namespace.as_ref().map(LitStr::value).unwrap_or_default(),
                version: args.version.as_ref().map_or(1, |version| version.value),
                kind: args.kind.as_ref().map(|kind| kind.value).unwrap_or_default(),
                ttl: args.ttl.as_ref().map_or(0, |ttl| ttl.value),
            }),
        };
        Self::build(function, args, host, (Place::Function, Span::call_site()), errors)
    }

    /// The plan of a method; `at` is its attribute.
    pub(crate) fn of_method(
        function: &'a Function,
        args: Args,
        block: &'a BlockHost,
        at: Span,
        errors: &mut Errors,
    ) -> Option<Self> {
        check::receiver(function, errors);
        Self::build(function, args, Host::Block(block), (Place::Method, at), errors)
    }

    fn build(
        function: &'a Function,
        args: Args,
        host: Host<'a>,
        (place, at): (Place, Span),
        errors: &mut Errors,
    ) -> Option<Self> {
        let ids = args.batch.as_ref().and_then(|written| {
            batch::alone(function, &args, written, errors);
            batch::ids(function, &args, written, errors)
        });
        let one = ids.as_ref().map(|ids| (ids.ident, ids.element));
        let (krate, scope) = match &host {
            Host::Block(block) => {
                let block = *block;
                let scope =
                    Scope { function, outer: Some(&block.generics), outer_skip: &block.skip, ids: one };
                (Krate::new(args.krate.as_ref().or(block.krate.as_ref())), scope)
            }
            _ => {
                (Krate::new(args.krate.as_ref()), Scope { function, outer: None, outer_skip: &[], ids: one })
            }
        };
        if check::is_async_trait(function) {
            errors.at(&function.sig.ident, error::async_trait_order());
            return None;
        }
        check::required(&args, place, at, errors);
        loading::alone(&args, place, errors);
        check::modifiers(function, errors);
        check::asyncness(function, "cached", errors);
        let named = check::named_parameters(function, errors);
        let returns = if function.body.is_some() {
            let returns = check::loaded(&krate, function, &args, place, errors);
            if args.batch.is_some() {
                returns.and_then(|returns| batch::value(returns, function, errors))
            } else {
                returns
            }
        } else {
            loading::bodyless(&args, errors);
            check::bodyless_skips(&args, errors);
            check::entry_value(function, &args, errors)
        };
        let segments = args
            .key
            .as_ref()
            // What is taken apart has no name: a placeholder for it is no second mistake.
            .filter(|_| named)
            .map(|key| segments(&scope, key, &args, errors))
            .unwrap_or_default();
        let tags = tags::of_entry(&scope, &args, &segments, errors);
        if function.is_sync() && args.batch.is_none() {
            crate::sync::options(&args, errors);
        }
        let loads = match &function.body {
            None => Loads::Never,
            Some(_) if function.is_sync() => Loads::InThread,
            Some(_) if args.batch.is_some() => Loads::InBatch,
            Some(_) if args.background.is_some() || args.settings.need_task() => Loads::InBackground,
            Some(_) => Loads::InCaller,
        };
        if loads == Loads::InBackground {
            let block = match &host {
                Host::Block(block) => Some(*block),
                _ => None,
            };
            let in_key = |param: &Param<'_>| {
                segments.iter().filter_map(|segment| segment.bound.as_ref()).any(|bound| bound.is_of(param))
            };
            loading::owned(function, block, in_key, errors);
        }
        let keyed = |param: &Param<'_>| !args.skip.iter().any(|skipped| skipped == param.ident);
        Some(Self {
            strategy: host.strategy(&krate),
            krate,
            function,
            host,
            template: args.key.as_ref().map(LitStr::value).unwrap_or_default(),
            segments,
            tags,
            keyed: scope.params().into_iter().filter(keyed).collect(),
            ids,
            returns: returns?,
            ttl: args.ttl.map(|ttl| ttl.value),
            loads,
            settings: args.settings,
            timeout_error: args.timeout_error.map(|(_, path)| path),
            share_error: args.share_error,
            reason: reason(&function.attrs),
        })
    }
}

fn segments<'a>(scope: &Scope<'a>, key: &LitStr, args: &Args, errors: &mut Errors) -> Vec<BoundSegment<'a>> {
    let text = key.value();
    let braced = braced(scope, &text, args);
    if !braced.is_empty() {
        for (at, name) in braced {
            errors.at(key, error::braced(&text, at, &name));
        }
        return Vec::new();
    }
    let (template, mistakes) = template::parse(&text);
    if mistakes.is_empty() {
        return bind(scope, template, key, args, errors);
    }
    // What a broken template leaves out, or names, is not a second mistake.
    for mistake in mistakes {
        errors.at(key, error::malformed("key", &text, mistake.mistake, mistake.at));
    }
    Vec::new()
}
