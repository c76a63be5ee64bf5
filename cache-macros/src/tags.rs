//! Tags: `tags("user/<user_id>")` on what is cached, `tag("user/<user_id>")` on what changes.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Token, Type, parenthesized};

use crate::args::{Args, Place};
use crate::bind::{Bound, BoundSegment, Scope, braced, path};
use crate::check;
use crate::error::{self, Errors};
use crate::template::{self, Placeholder};

/// As many as an entry has at the most: each of them is read and stored with it.
const MOST: usize = 16;

/// One tag, its placeholders settled.
pub(crate) struct Tag<'a> {
    pub(crate) template: String,
    pub(crate) segments: Vec<BoundSegment<'a>>,
}

/// Reads `("user/<user_id>", "feed")`.
pub(crate) fn templates(
    name: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Vec<LitStr>> {
    let misuse = |span| syn::Error::new(span, error::takes_templates());
    if !input.peek(syn::token::Paren) {
        return Err(misuse(name.span()));
    }
    let content;
    let paren = parenthesized!(content in input);
    // Taken out whole: what a parser leaves in the group would be a second error.
    let inside: TokenStream = content.parse()?;
    let parser = Punctuated::<LitStr, Token![,]>::parse_terminated;
    let written: Vec<LitStr> =
        parser.parse2(inside).map_err(|error| misuse(error.span()))?.into_iter().collect();
    if written.is_empty() {
        return Err(misuse(paren.span.join()));
    }
    if let Some(extra) = written.get(MOST) {
        errors.at(extra, error::too_many_tags(MOST));
    }
    let mut kept: Vec<LitStr> = Vec::new();
    for text in written {
        if kept.iter().any(|known| known.value() == text.value()) {
            errors.at(&text, error::named_twice(&text.value(), "tags"));
        } else {
            kept.push(text);
        }
    }
    Ok(kept)
}

/// The tags of an entry. Each is made of what is in its key: two callers with one key have to have the same tags.
pub(crate) fn of_entry<'a>(
    scope: &Scope<'a>,
    args: &Args,
    key: &[BoundSegment<'a>],
    errors: &mut Errors,
) -> Vec<Tag<'a>> {
    let keyed: BTreeSet<String> =
        key.iter().filter_map(|segment| Some(segment.bound.as_ref()?.name())).collect();
    let in_key = |placeholder: &Placeholder, root: &str| {
        let mut name = root.to_owned();
        let fields = placeholder.fields.iter();
        keyed.contains(&name)
            || fields.into_iter().any(|field| {
                name = format!("{name}.{field}");
                keyed.contains(&name)
            })
    };
    // What is neither in the key nor left out of it is a mistake of its own already.
    let left_out = |root: &str| {
        let is = |ident: &Ident| ident.unraw() == root;
        args.skip.iter().chain(scope.outer_skip).any(is) || (!key.is_empty() && args.partial.iter().any(is))
    };
    let tag = |text: &LitStr| {
        let refuse = |placeholder: &Placeholder, root: &str| {
            let refused = left_out(root) && !in_key(placeholder, root);
            let place = || (text.value(), placeholder.at.clone());
            refused.then(|| error::unkeyed_in_tag(place(), &placeholder.name()))
        };
        bind(scope, text, refuse, errors)
    };
    args.tags.iter().filter_map(tag).collect()
}

/// Binds one template to the parameters of a function; `refuse` says what a placeholder must not be.
fn bind<'a>(
    scope: &Scope<'a>,
    text: &LitStr,
    refuse: impl Fn(&Placeholder, &str) -> Option<String>,
    errors: &mut Errors,
) -> Option<Tag<'a>> {
    let written = text.value();
    let as_in_format = braced(scope, &written, &Args::default());
    if !as_in_format.is_empty() {
        for (at, name) in as_in_format {
            errors.at(text, error::braced_in_tag(&written, at, &name));
        }
        return None;
    }
    if let Some(at) = written.find(['{', '}']) {
        errors.at(text, error::braces_in_tag(&written, at..at + 1));
        return None;
    }
    let (template, mistakes) = template::parse(&written);
    if !mistakes.is_empty() {
        for mistake in mistakes {
            errors.at(text, error::malformed("tag", &written, mistake.mistake, mistake.at));
        }
        return None;
    }
    let mut segments = Vec::new();
    for segment in template.segments {
        let bound = match &segment.placeholder {
            Some(placeholder) => Some(one(scope, text, placeholder, &refuse, errors)?),
            None => None,
        };
        segments.push(BoundSegment { prefix: segment.prefix, bound, suffix: segment.suffix });
    }
    Some(Tag { template: written, segments })
}

fn one<'a>(
    scope: &Scope<'a>,
    text: &LitStr,
    placeholder: &Placeholder,
    refuse: impl Fn(&Placeholder, &str) -> Option<String>,
    errors: &mut Errors,
) -> Option<Bound<'a>> {
    let (written, at, root) = (text.value(), placeholder.at.clone(), &placeholder.root);
    if root == "self" {
        errors.at(text, error::self_placeholder(&written, at));
        return None;
    }
    let (resolved, exact) = scope.resolve(root);
    if !exact {
        let known = scope.names();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let place = (written.as_str(), at.clone(), root.as_str());
        errors
            .at(text, error::unknown_placeholder(place, &scope.function_name(), resolved.as_deref(), &known));
    }
    let root = resolved?;
    if let Some(refused) = refuse(placeholder, &root).filter(|_| exact) {
        errors.at(text, refused);
        return None;
    }
    match scope.params().into_iter().find(|param| param.name() == root) {
        Some(param) if placeholder.fields.is_empty() => Some(Bound::Param(param)),
        Some(param) => path(param, placeholder, text, errors),
        None if placeholder.fields.is_empty() => scope.generic(&root),
        None => {
            errors.at(text, error::path_into_generic(&written, at, &root));
            None
        }
    }
}

/// A tag that a change invalidates.
pub(crate) struct TagTarget<'a> {
    pub(crate) text: LitStr,
    pub(crate) tag: Tag<'a>,
    pub(crate) home: Home,
}

/// Where a tag is.
pub(crate) enum Home {
    /// With the strategy of `self`.
    This,
    /// `strategy = Feed`.
    Type(Box<Type>),
    /// `namespace = "feed", version = 2`.
    Inline { namespace: String, version: u32 },
}

/// What stands between the parentheses of `tag(…)`.
pub(crate) struct WrittenTag {
    pub(crate) text: LitStr,
    pub(crate) args: Args,
}

impl WrittenTag {
    pub(crate) fn parse(inside: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let text: LitStr = inside.parse()?;
        if !inside.is_empty() && inside.parse::<Token![,]>().is_err() {
            // The option without its comma is still read.
            errors.span(inside.span(), error::expected_comma());
        }
        let args = Args::parse(inside.parse()?, Place::Tag, errors);
        Ok(Self { text, args })
    }

    /// Settles it for a function. `has_strategy`: it is a method in the impl block of a strategy.
    pub(crate) fn bind<'a>(
        self,
        scope: &Scope<'a>,
        has_strategy: bool,
        errors: &mut Errors,
    ) -> Option<TagTarget<'a>> {
        let Self { text, args } = self;
        check::strategy_alone(&args, errors);
        let broken = args.broken();
        let home = match (args.strategy, args.namespace) {
            (Some(strategy), _) => Some(Home::Type(Box::new(strategy))),
            (None, Some(namespace)) => Some(Home::Inline {
                namespace: namespace.value(),
                version: args.version.map_or(1, |version| version.value),
            }),
            (None, None) if broken => None,
            (None, None) => {
                if let Some(version) = &args.version {
                    errors.span(version.span, error::version_without_namespace());
                } else if !has_strategy {
                    errors.at(&text, error::homeless_tag());
                }
                (args.version.is_none() && has_strategy).then_some(Home::This)
            }
        };
        let tag = bind(scope, &text, |_, _| None, errors);
        Some(TagTarget { tag: tag?, home: home?, text })
    }
}
