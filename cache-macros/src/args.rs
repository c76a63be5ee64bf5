//! Attribute tokens -> `Args`: every option with its span, read by one loop that owns duplicates and guesses.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Ident, Lit, LitStr, Path, Token, Type, parenthesized};

use crate::batch;
use crate::duration::{self, DurationMistake};
use crate::error::{self, Errors};
use crate::guess;
use crate::options::options;
use crate::settings::Settings;
use crate::tags;

/// Where an attribute stands; it decides which options are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// `#[cache_strategy]` on a struct.
    Struct,
    /// `#[cache_strategy]` on an impl block.
    Block,
    /// `#[cached]` on a free function.
    Function,
    /// `#[cached]` on a method.
    Method,
    /// `tag(…)` in `#[cache_invalidate]`.
    Tag,
}

/// What a strategy's entries may do.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Ttl,
    CacheAside,
    WriteThrough,
}

impl Kind {
    const NAMES: [(&'static str, Self); 3] =
        [("ttl", Self::Ttl), ("cache_aside", Self::CacheAside), ("write_through", Self::WriteThrough)];

    /// The name of the type and of the variant alike; the trait has an `Is` before it.
    pub(crate) fn ident(self) -> Ident {
        let name = match self {
            Self::Ttl => "Ttl",
            Self::CacheAside => "CacheAside",
            Self::WriteThrough => "WriteThrough",
        };
        Ident::new(name, Span::call_site())
    }
}

/// A value, and the tokens to blame for it.
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// The options of one annotation.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) key: Option<LitStr>,
    pub(crate) namespace: Option<LitStr>,
    pub(crate) ttl: Option<At<u64>>,
    pub(crate) kind: Option<At<Kind>>,
    pub(crate) version: Option<At<u32>>,
    pub(crate) strategy: Option<Type>,
    pub(crate) skip: Vec<Ident>,
    pub(crate) partial: Vec<Ident>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) batch: Option<batch::Written>,
    pub(crate) result: Option<Span>,
    pub(crate) option: Option<Span>,
    pub(crate) share_error: Option<Path>,
    /// With the place of its name.
    pub(crate) timeout_error: Option<(Span, Path)>,
    pub(crate) background: Option<Span>,
    pub(crate) settings: Settings,
    pub(crate) krate: Option<Path>,
    /// Options that were there but could not be read: they are not missing on top of that.
    broken: Vec<String>,
}

impl Args {
    /// Reads the tokens between the parentheses; whatever is wrong goes to `errors`.
    pub(crate) fn parse(tokens: TokenStream, place: Place, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let parser = |input: ParseStream<'_>| {
            args.read(input, place, errors);
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.add(error);
        }
        args
    }

    /// Was `option` written, readable or not?
    pub(crate) fn wrote(&self, option: &str) -> bool {
        self.wrote_broken(option)
            || match option {
                "key" => self.key.is_some(),
                "namespace" => self.namespace.is_some(),
                "ttl" => self.ttl.is_some(),
                "strategy" => self.strategy.is_some(),
                setting => self.settings.on(setting).is_some(),
            }
    }

    /// Was there an option that could not be read?
    pub(crate) fn broken(&self) -> bool {
        !self.broken.is_empty()
    }

    /// Was `option` written, and could not be read?
    pub(crate) fn wrote_broken(&self, option: &str) -> bool {
        self.broken.iter().any(|broken| broken == option)
    }

    fn read(&mut self, input: ParseStream<'_>, place: Place, errors: &mut Errors) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        while !input.is_empty() {
            let Ok(name) = input.call(Ident::parse_any) else {
                errors.span(input.span(), error::expected_option(place));
                let _ = input.parse::<TokenStream>();
                break;
            };
            let option = name.to_string();
            if let Some(Refused { message, meant }) = refused(&option, place) {
                errors.span(name.span(), message);
                if let Some(meant) = meant.filter(|meant| !seen.contains_key(*meant)) {
                    self.set_meant(meant, &name, input);
                }
                skip_value(input);
            } else if seen.insert(option.clone(), name.span()).is_some() {
                errors.span(name.span(), error::duplicate_option(&option));
                skip_value(input);
            } else if let Err(error) = self.set(&option, &name, input, errors) {
                errors.add(error);
                self.broken.push(option);
                skip_value(input);
            }
            if input.is_empty() {
                break;
            }
            if input.parse::<Token![,]>().is_err() {
                errors.span(input.span(), error::expected_comma());
                // Another option without its comma is still read.
                if !(input.peek(Ident::peek_any)
                    && (input.peek2(Token![=]) || input.peek2(syn::token::Paren)))
                {
                    skip_value(input);
                    let _ = input.parse::<Token![,]>();
                }
            }
        }
    }

    /// `tll = "10m"`: what it was meant to be isn't missing on top of that.
    fn set_meant(&mut self, meant: &str, name: &Ident, input: ParseStream<'_>) {
        if self.set(meant, name, input, &mut Errors::default()).is_err() {
            self.broken.push(meant.to_owned());
        }
    }

    /// The one setter: an option's name decides how its value is read.
    fn set(
        &mut self,
        option: &str,
        name: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        match option {
            "key" => self.key = Some(string(option, name, input)?),
            "namespace" => self.namespace = Some(namespace(string(option, name, input)?)?),
            "ttl" => self.ttl = Some(lifetime(option, name, input)?),
            "kind" => {
                let (kind, error) = kind(string(option, name, input)?);
                self.kind = Some(kind);
                error.into_iter().for_each(|error| errors.add(error));
            }
            "version" => self.version = Some(version(name, input)?),
            "strategy" => self.strategy = Some(value(option, name, input, "strategy = Feed")?),
            "share_error" => self.share_error = Some(value(option, name, input, "share_error = copy_error")?),
            "crate" => self.krate = Some(value(option, name, input, "crate = my_crate::cache_runtime")?),
            "skip" => self.skip = names(option, name, input, errors)?,
            "partial" => self.partial = names(option, name, input, errors)?,
            "tags" => self.tags = tags::templates(name, input, errors)?,
            "batch" => self.batch = Some(batch::written(name, input)?),
            "result" => self.result = Some(flag(option, name, input)?),
            "option" => self.option = Some(flag(option, name, input)?),
            "background" => self.background = Some(flag(option, name, input)?),
            "timeout_error" => {
                let path = value(option, name, input, "timeout_error = MyError::timed_out")?;
                self.timeout_error = Some((name.span(), path));
            }
            setting if Settings::has(setting) => self.settings.set(setting, name, input)?,
            _ => {}
        }
        Ok(())
    }
}

/// An option that can't stand here.
struct Refused {
    message: String,
    /// The option that it may have been meant to be.
    meant: Option<&'static str>,
}

/// Why `option` can't stand here, if it can't.
fn refused(option: &str, place: Place) -> Option<Refused> {
    if options(place).contains(&option) {
        return None;
    }
    let on_struct = options(Place::Struct).contains(&option);
    let on_method = options(Place::Method).contains(&option);
    let message = match place {
        Place::Method if on_struct || option == "strategy" => error::belongs_on_struct(option),
        Place::Block if on_struct => error::belongs_on_struct(option),
        Place::Block | Place::Struct if on_method => error::belongs_on_method(option),
        _ => {
            let guesses = guess::all_nearest(option, options(place).iter().copied());
            let message = error::unknown_option(option, &guesses, place);
            return Some(Refused { message, meant: guesses.first().copied() });
        }
    };
    Some(Refused { message, meant: None })
}

/// To the comma that ends this option.
fn skip_value(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

pub(crate) fn equals(option: &str, name: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<()> {
    if input.parse::<Token![=]>().is_err() || input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new(name.span(), error::takes_value(option, example)));
    }
    Ok(())
}

/// A type or a path.
pub(crate) fn value<T: Parse>(
    option: &str,
    name: &Ident,
    input: ParseStream<'_>,
    example: &str,
) -> syn::Result<T> {
    equals(option, name, input, example)?;
    let span = input.span();
    if let Ok(text) = input.fork().parse::<LitStr>() {
        let unquoted = text.parse::<T>().ok().map(|_| format!("{option} = {}", text.value()));
        let example = unquoted.as_deref().unwrap_or(example);
        return Err(syn::Error::new(span, error::takes_no_text(option, example)));
    }
    input.parse().map_err(|_| syn::Error::new(span, error::takes_value(option, example)))
}

fn string(option: &str, name: &Ident, input: ParseStream<'_>) -> syn::Result<LitStr> {
    let example = match option {
        "key" => r#"key = "user/<id>""#,
        "kind" => r#"kind = "write_through""#,
        _ => r#"namespace = "chat""#,
    };
    equals(option, name, input, example)?;
    let span = input.span();
    input.parse().map_err(|_| syn::Error::new(span, error::takes_text(option, example)))
}

fn namespace(text: LitStr) -> syn::Result<LitStr> {
    let value = text.value();
    let allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-');
    if !value.is_empty() && value.chars().all(allowed) {
        return Ok(text);
    }
    let lowered: String = value.to_lowercase().chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    Err(syn::Error::new(text.span(), error::bad_namespace(&value, &lowered)))
}

/// A kind; a misspelled one is the guess, so that what follows from it isn't wrong as well.
fn kind(text: LitStr) -> (At<Kind>, Option<syn::Error>) {
    let value = text.value();
    let span = text.span();
    let find = |name: &str| Kind::NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
    if let Some(kind) = find(&value) {
        return (At { value: kind, span }, None);
    }
    let guess = guess::nearest(&value, Kind::NAMES.iter().map(|(name, _)| *name));
    let error = syn::Error::new(span, error::unknown_kind(&value, guess));
    (At { value: guess.and_then(find).unwrap_or_default(), span }, Some(error))
}

pub(crate) fn lifetime(option: &str, name: &Ident, input: ParseStream<'_>) -> syn::Result<At<u64>> {
    equals(option, name, input, &format!(r#"{option} = "30m""#))?;
    let span = input.span();
    let refuse = |mistake| syn::Error::new(span, error::bad_duration(mistake));
    if input.peek(Token![-]) {
        return Err(syn::Error::new(span, error::negative_duration()));
    }
    let millis = match input.parse::<Lit>() {
        Ok(Lit::Str(text)) => duration::text(&text.value()).map_err(refuse)?,
        Ok(Lit::Int(number)) if number.suffix().is_empty() => {
            let whole = number.base10_parse::<u64>().map_err(|_| refuse(DurationMistake::TooLong))?;
            duration::seconds(whole).map_err(refuse)?
        }
        Ok(Lit::Int(number)) => {
            let written = number.to_string();
            return Err(syn::Error::new(span, error::suffixed_duration(&written, number.suffix())));
        }
        Ok(Lit::Float(_)) => return Err(syn::Error::new(span, error::float_duration())),
        _ => return Err(refuse(DurationMistake::Unreadable)),
    };
    Ok(At { value: millis, span })
}

fn version(name: &Ident, input: ParseStream<'_>) -> syn::Result<At<u32>> {
    equals("version", name, input, "version = 2")?;
    let span = input.span();
    let refuse = |_| syn::Error::new(span, error::bad_version());
    let number = input.parse::<syn::LitInt>().map_err(refuse)?;
    match number.base10_parse::<u32>().map_err(refuse)? {
        0 => Err(syn::Error::new(span, error::bad_version())),
        version => Ok(At { value: version, span }),
    }
}

fn names(option: &str, name: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<Ident>> {
    let misuse = |span| syn::Error::new(span, error::takes_names(option));
    if !input.peek(syn::token::Paren) {
        return Err(misuse(name.span()));
    }
    let content;
    let paren = parenthesized!(content in input);
    // Taken out whole: what a parser leaves in the group would be a second error.
    let inside: TokenStream = content.parse()?;
    let parser =
        |input: ParseStream<'_>| Punctuated::<_, Token![,]>::parse_terminated_with(input, Ident::parse_any);
    let named: Vec<Ident> =
        parser.parse2(inside).map_err(|error| misuse(error.span()))?.into_iter().collect();
    if named.is_empty() {
        return Err(misuse(paren.span.join()));
    }
    let mut kept: Vec<Ident> = Vec::new();
    for ident in named {
        if kept.contains(&ident) {
            errors.at(&ident, error::named_twice(&ident.to_string(), option));
        } else {
            kept.push(ident);
        }
    }
    Ok(kept)
}

fn flag(option: &str, name: &Ident, input: ParseStream<'_>) -> syn::Result<Span> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(name.span());
    }
    Err(syn::Error::new(input.span(), error::takes_nothing(option)))
}
