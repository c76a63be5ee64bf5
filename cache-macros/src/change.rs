//! `#[cache_put]` and `#[cache_invalidate]`: the entries that a function changes.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprPath, LitStr, Path, ReturnType, Token, Type, parenthesized};

use crate::args;
use crate::bind::Scope;
use crate::check;
use crate::error::{self, Errors};
use crate::function::{Function, attribute_tokens, peel};
use crate::guess;
use crate::krate::Krate;
use crate::model::BlockHost;
use crate::returns::arguments_of;
use crate::tags::{TagTarget, WrittenTag};

/// The attributes of this module.
pub(crate) const CHANGES: [&str; 2] = ["cache_put", "cache_invalidate"];

/// All changes of one function.
pub(crate) struct ChangePlan<'a> {
    pub(crate) krate: Krate,
    pub(crate) put: Option<Put>,
    /// One for each `#[cache_invalidate]`.
    pub(crate) invalidate: Vec<Invalidate<'a>>,
}

pub(crate) struct Invalidate<'a> {
    pub(crate) targets: Vec<Target>,
    pub(crate) tags: Vec<TagTarget<'a>>,
    pub(crate) on_success: bool,
}

pub(crate) struct Put {
    pub(crate) target: Target,
    /// Does the function return a `Result`?
    pub(crate) fallible: bool,
    /// `V` of what it returns, where that is written out.
    pub(crate) value: Option<Type>,
}

/// `self.messages(id)`: where the companions are, and what they get.
pub(crate) struct Target {
    pub(crate) callee: Callee,
    pub(crate) args: Vec<Argument>,
}

pub(crate) enum Callee {
    Method { receiver: Expr, name: Ident, turbofish: TokenStream },
    Function(ExprPath),
}

pub(crate) enum Argument {
    Value(Box<Expr>),
    /// `*`.
    Any(Span),
}

impl Target {
    /// Does a `*` make it a pattern?
    pub(crate) fn is_pattern(&self) -> bool {
        self.args.iter().any(|argument| matches!(argument, Argument::Any(_)))
    }

    /// `messages` -> `messages_entry`, where the user wrote `messages`.
    pub(crate) fn companion(&self) -> TokenStream {
        let suffix = if self.is_pattern() { "pattern" } else { "entry" };
        match &self.callee {
            Callee::Method { receiver, name, turbofish } => {
                let name = format_ident!("{}_{suffix}", name);
                quote::quote!(#receiver.#name #turbofish)
            }
            Callee::Function(path) => {
                let mut path = path.clone();
                if let Some(last) = path.path.segments.last_mut() {
                    last.ident = format_ident!("{}_{suffix}", last.ident);
                }
                path.to_token_stream()
            }
        }
    }

    /// The target's name.
    pub(crate) fn name(&self) -> Option<&Ident> {
        match &self.callee {
            Callee::Method { name, .. } => Some(name),
            Callee::Function(path) => path.path.segments.last().map(|segment| &segment.ident),
        }
    }

    /// Where the target's name stands.
    pub(crate) fn span(&self) -> Span {
        self.name().map_or_else(Span::call_site, Ident::span)
    }
}

impl<'a> ChangePlan<'a> {
    /// Reads all changes of a function; `block` is the strategy's impl block that it is in.
    pub(crate) fn new(
        function: &'a Function,
        attrs: &[(Span, String, TokenStream)],
        block: Option<&BlockHost>,
        errors: &mut Errors,
    ) -> Self {
        let mut path = None;
        let scope = Scope { function, outer: None, outer_skip: &[], ids: None };
        let mut plan = Self { krate: Krate::default(), put: None, invalidate: Vec::new() };
        for (at, name, tokens) in attrs {
            let options = Options::read(name, *at, tokens.clone(), errors);
            path = path.or(options.krate);
            if name == "cache_invalidate" {
                let Options { targets, tags, on_success, .. } = options;
                let has_strategy = block.is_some() && function.is_method();
                let bind = |tag: WrittenTag| tag.bind(&scope, has_strategy, errors);
                let tags = tags.into_iter().filter_map(bind).collect();
                plan.invalidate.push(Invalidate { targets, tags, on_success });
            } else if plan.put.is_some() {
                errors.span(*at, error::repeated("cache_put"));
            } else {
                plan.put = put(function, options.targets, errors);
            }
        }
        plan.krate = Krate::new(path.as_ref().or(block.and_then(|block| block.krate.as_ref())));
        if let Some((at, name, _)) = attrs.first() {
            if function.body.is_none() {
                errors.span(*at, error::no_body(name));
            } else {
                check::asyncness(function, name, errors);
            }
        }
        plan
    }
}

/// The name and tokens of each attribute.
pub(crate) fn read_attributes(attrs: &[Attribute], errors: &mut Errors) -> Vec<(Span, String, TokenStream)> {
    let mut out = Vec::new();
    for attr in attrs {
        let name = attr.path().segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let at = syn::spanned::Spanned::span(attr.path());
        match attribute_tokens(attr) {
            Ok(tokens) => out.push((at, name, tokens)),
            Err(error) => errors.add(error),
        }
    }
    out
}

fn put(function: &Function, targets: Vec<Target>, errors: &mut Errors) -> Option<Put> {
    let mut targets = targets.into_iter();
    let target = targets.next()?;
    for extra in targets {
        errors.span(extra.span(), error::second_target());
    }
    for argument in &target.args {
        if let Argument::Any(span) = argument {
            errors.span(*span, error::any_in_put());
        }
    }
    let (fallible, value) = match &function.sig.output {
        ReturnType::Default => {
            errors.at(&function.sig.ident, error::put_returns_nothing());
            (false, None)
        }
        ReturnType::Type(_, ty) => put_shape(peel(ty), errors),
    };
    Some(Put { target, fallible, value })
}

/// Is it a `Result`, and of what? An `Option` can't be put, nor can one inside.
fn put_shape(ty: &Type, errors: &mut Errors) -> (bool, Option<Type>) {
    let result = arguments_of(ty, "Result");
    let value = match &result {
        Some(arguments) => arguments.first().map(|value| peel(value)),
        None => Some(ty),
    };
    if let Some(option) = value.filter(|value| arguments_of(value, "Option").is_some()) {
        errors.at(option, error::put_returns_option());
    }
    let named = value.filter(|value| !matches!(value, Type::ImplTrait(_) | Type::Never(_)));
    (result.is_some(), named.cloned())
}

#[derive(Default)]
struct Options {
    targets: Vec<Target>,
    tags: Vec<WrittenTag>,
    on_success: bool,
    krate: Option<Path>,
}

impl Options {
    fn read(attribute: &str, at: Span, tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        let mut broken = false;
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = options.one(attribute, input, errors) {
                    errors.add(error);
                    broken = true;
                    skip_one(input);
                }
                if input.is_empty() {
                    break;
                }
                if input.parse::<Token![,]>().is_err() {
                    errors.span(input.span(), error::expected_comma());
                    broken = true;
                    skip_one(input);
                    let _ = input.parse::<Token![,]>();
                }
            }
            Ok(())
        };
        // `*` is no expression; between two commas it becomes one that nobody writes.
        if let Err(error) = parser.parse2(mark_any(tokens, false)) {
            errors.add(error);
        }
        if options.targets.is_empty() && options.tags.is_empty() && !broken {
            errors.span(at, error::missing_target(attribute));
        }
        options
    }

    fn one(&mut self, attribute: &str, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let ahead = input.fork();
        let Ok(name) = ahead.call(Ident::parse_any) else { return self.target(attribute, input) };
        if name == "tag" && is_tag(&ahead) {
            return self.tag(attribute, input, errors);
        }
        if !ahead.peek(Token![=]) || ahead.peek(Token![==]) {
            return self.target(attribute, input);
        }
        input.call(Ident::parse_any)?;
        if name == "crate" {
            self.krate = Some(args::value("crate", &name, input, "crate = my_crate::cache_runtime")?);
            return Ok(());
        }
        input.parse::<Token![=]>()?;
        match name.to_string().as_str() {
            "on" if attribute == "cache_put" => {
                errors.at(&name, error::on_in_put());
                skip_one(input);
            }
            "on" => {
                let span = input.span();
                let value = input.parse::<LitStr>().map(|text| text.value());
                if value.as_deref().ok() != Some("success") {
                    return Err(syn::Error::new(span, error::bad_on()));
                }
                self.on_success = true;
            }
            other => {
                let known = if attribute == "cache_put" { &["crate"][..] } else { &["on", "crate"][..] };
                let guess = guess::nearest(other, known.iter().copied());
                errors.at(&name, error::unknown_target_option(attribute, other, guess));
                skip_one(input);
            }
        }
        Ok(())
    }

    /// `tag("user/<user_id>", strategy = Feed)`.
    fn tag(&mut self, attribute: &str, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let name = input.call(Ident::parse_any)?;
        let content;
        parenthesized!(content in input);
        // Taken out whole: what a parser leaves in the group would be a second error.
        let inside: TokenStream = content.parse()?;
        let tag = (|input: ParseStream<'_>| WrittenTag::parse(input, errors)).parse2(inside)?;
        if attribute == "cache_put" {
            return Err(syn::Error::new(name.span(), error::tag_in_put()));
        }
        self.tags.push(tag);
        Ok(())
    }

    fn target(&mut self, attribute: &str, input: ParseStream<'_>) -> syn::Result<()> {
        let span = input.span();
        let bad = |_| syn::Error::new(span, error::bad_target(attribute));
        let target = match input.parse::<Expr>().map_err(bad)? {
            Expr::MethodCall(call) => Target {
                callee: Callee::Method {
                    receiver: *call.receiver,
                    name: call.method,
                    turbofish: call.turbofish.to_token_stream(),
                },
                args: arguments(attribute, call.args)?,
            },
            Expr::Call(call) => match *call.func {
                Expr::Path(path) => {
                    Target { callee: Callee::Function(path), args: arguments(attribute, call.args)? }
                }
                other => return Err(syn::Error::new_spanned(other, error::bad_target(attribute))),
            },
            other => return Err(syn::Error::new_spanned(other, error::bad_target(attribute))),
        };
        self.targets.push(target);
        Ok(())
    }
}

/// A function or a method may be called `tag` as well; it takes no text first.
fn is_tag(after_name: ParseStream<'_>) -> bool {
    let first = || {
        let content;
        parenthesized!(content in after_name);
        syn::Result::Ok(content.peek(LitStr))
    };
    first().unwrap_or(false)
}

fn skip_one(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

const ANY: &str = "__cache_any";

fn arguments(attribute: &str, args: Punctuated<Expr, Token![,]>) -> syn::Result<Vec<Argument>> {
    let argument = |expr: Expr| match &expr {
        Expr::Path(path) if path.path.is_ident(ANY) => Ok(Argument::Any(syn::spanned::Spanned::span(path))),
        Expr::Infer(infer) => Err(syn::Error::new_spanned(infer, error::infer_argument(attribute))),
        _ => Ok(Argument::Value(Box::new(expr))),
    };
    args.into_iter().map(argument).collect()
}

/// Replaces a `*` that is a whole argument.
fn mark_any(tokens: TokenStream, in_call: bool) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let comma = |tree: Option<&TokenTree>| match tree {
        None => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ',',
        Some(_) => false,
    };
    let mut out = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        out.push(match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                let mut inner = Group::new(group.delimiter(), mark_any(group.stream(), true));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            TokenTree::Punct(punct)
                if in_call
                    && punct.as_char() == '*'
                    && comma(at.checked_sub(1).and_then(|before| trees.get(before)))
                    && comma(trees.get(at + 1)) =>
            {
                TokenTree::Ident(Ident::new(ANY, punct.span()))
            }
            other => other.clone(),
        });
    }
    out.into_iter().collect()
}
