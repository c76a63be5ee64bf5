//! The settings of a policy beside its lifetime: how long `None` and stale values are kept, how loads are run.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::{Lit, LitBool, LitStr, Token};

use crate::args::{equals, lifetime};
use crate::error;
use crate::guess;
use crate::krate::Krate;
use crate::tokens::non_empty;

/// How a setting's value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `"30m"`.
    Time,
    /// Nothing, which is 1; or a number above 0, up to 100.
    Beta,
    /// A number between 0 and 1.
    Share,
    /// Nothing.
    Flag,
    /// One of these names, and the variant that each stands for.
    Name(&'static [(&'static str, &'static str)]),
    /// A number of bytes.
    Bytes,
}

const CODECS: &[(&str, &str)] = &[("json", "Json"), ("postcard", "Postcard"), ("msgpack", "MsgPack")];
const COMPRESSIONS: &[(&str, &str)] = &[("lz4", "Lz4"), ("zstd", "Zstd")];
/// The largest value that any cache stores.
const MOST_BYTES: u32 = 256 << 20;

const SETTINGS: [(&str, Form); 14] = [
    ("none_ttl", Form::Time),
    ("stale_while_revalidate", Form::Time),
    ("stale_if_error", Form::Time),
    ("retry_after", Form::Time),
    ("early_refresh", Form::Beta),
    ("jitter", Form::Share),
    ("load_timeout", Form::Time),
    ("soft_load_timeout", Form::Time),
    ("detached", Form::Flag),
    ("codec", Form::Name(CODECS)),
    ("compress", Form::Name(COMPRESSIONS)),
    ("compress_above", Form::Bytes),
    ("near", Form::Flag),
    ("near_ttl", Form::Time),
];

/// Those that can't work inside a caller.
const IN_TASK: [&str; 5] =
    ["stale_while_revalidate", "early_refresh", "load_timeout", "soft_load_timeout", "detached"];

/// Those that can't be switched off.
const ALWAYS_SET: [&str; 3] = ["retry_after", "codec", "compress_above"];

/// What a setting is set to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value {
    /// `= false`.
    Off,
    /// A flag.
    On,
    Millis(u64),
    Number(f64),
    /// The variant of an enum of the runtime.
    Variant(&'static str),
    Bytes(u32),
}

/// One setting, as it was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    pub(crate) value: Value,
    /// Its name.
    pub(crate) at: Span,
    /// Its value; where there is none, its name.
    pub(crate) value_at: Span,
}

/// The settings of one annotation, in the order in which they were written.
#[derive(Debug, Default, Clone)]
pub(crate) struct Settings(Vec<Setting>);

impl Settings {
    /// Is there a setting of this name?
    pub(crate) fn has(option: &str) -> bool {
        SETTINGS.iter().any(|(name, _)| *name == option)
    }

    /// Those that can't work inside a caller.
    pub(crate) fn in_task() -> impl Iterator<Item = &'static str> {
        IN_TASK.into_iter()
    }

    /// Reads what follows the name of a setting.
    pub(crate) fn set(&mut self, option: &str, ident: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let Some(&(name, form)) = SETTINGS.iter().find(|(name, _)| *name == option) else { return Ok(()) };
        let at = ident.span();
        let alone = input.is_empty() || input.peek(Token![,]);
        let (value, value_at) = if input.peek(Token![=]) && off(input) && !ALWAYS_SET.contains(&name) {
            input.parse::<Token![=]>()?;
            (Value::Off, input.parse::<LitBool>()?.span())
        } else {
            match form {
                Form::Time => {
                    let time = lifetime(name, ident, input)?;
                    (Value::Millis(time.value), time.span)
                }
                Form::Beta if alone => (Value::Number(1.0), at),
                Form::Beta => number(name, ident, input, |beta| beta > 0.0 && beta <= 100.0)?,
                Form::Share => number(name, ident, input, |share| share > 0.0 && share < 1.0)?,
                Form::Flag if alone => (Value::On, at),
                Form::Name(names) => variant(name, ident, input, names)?,
                Form::Bytes => bytes(name, ident, input)?,
                Form::Flag => return Err(syn::Error::new(at, error::takes_flag(name))),
            }
        };
        self.0.push(Setting { name, value, at, value_at });
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Setting> {
        self.0.iter().find(|setting| setting.name == name)
    }

    /// Set to something else than `false`.
    pub(crate) fn on(&self, name: &str) -> Option<&Setting> {
        self.get(name).filter(|setting| setting.value != Value::Off)
    }

    /// The length of a time.
    pub(crate) fn millis(&self, name: &str) -> Option<u64> {
        match self.get(name)?.value {
            Value::Millis(millis) => Some(millis),
            _ => None,
        }
    }

    /// Those that are `= false`.
    pub(crate) fn switched_off(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter().filter(|setting| setting.value == Value::Off)
    }

    /// Does one of them need a task?
    pub(crate) fn need_task(&self) -> bool {
        IN_TASK.iter().any(|name| self.on(name).is_some())
    }

    /// The items that refuse what the runtime was built without, each at its option.
    pub(crate) fn required(&self, krate: &Krate) -> Option<TokenStream> {
        let json = Value::Variant("Json");
        let required = self.0.iter().filter(|setting| setting.value != json).filter_map(|setting| {
            let variant = setting.variant(krate)?;
            let require = Ident::new(
                if setting.name == "codec" { "require_codec" } else { "require_compression" },
                Span::call_site(),
            );
            let require = located(quote!(#krate::__private::#require(#variant)), setting.value_at);
            Some(quote!(const _: () = #require;))
        });
        non_empty(required.collect())
    }

    /// `.stale_if_error(…)`, `.jitter(…)`: the steps that make a policy of these settings.
    pub(crate) fn steps(&self, krate: &Krate) -> Option<TokenStream> {
        non_empty(self.0.iter().map(|setting| setting.step(krate)).collect())
    }
}

impl Setting {
    fn step(&self, krate: &Krate) -> TokenStream {
        let name = Ident::new(self.name, Span::call_site());
        let some = |value: TokenStream| quote!(::core::option::Option::Some(#value));
        let argument = match (self.name, self.value) {
            ("jitter", Value::Off) => quote!(0.0),
            ("detached" | "near", value) => (value == Value::On).to_token_stream(),
            (_, Value::Off | Value::On) => quote!(::core::option::Option::None),
            ("retry_after", Value::Millis(millis)) => quote!(#krate::__private::millis(#millis)),
            (_, Value::Millis(millis)) => some(quote!(#krate::__private::millis(#millis))),
            ("jitter", Value::Number(number)) => number.to_token_stream(),
            (_, Value::Number(number)) => some(number.to_token_stream()),
            ("codec", Value::Variant(_)) => self.variant(krate).unwrap_or_default(),
            (_, Value::Variant(_)) => some(self.variant(krate).unwrap_or_default()),
            (_, Value::Bytes(bytes)) => bytes.to_token_stream(),
        };
        quote!(.#name(#argument))
    }
}

impl Setting {
    /// Does it ask for a codec that writes no names?
    pub(crate) fn is_positional(&self) -> bool {
        self.value == Value::Variant("Postcard")
    }

    /// `Codec::Postcard`.
    fn variant(&self, krate: &Krate) -> Option<TokenStream> {
        let Value::Variant(variant) = self.value else { return None };
        let variant = Ident::new(variant, Span::call_site());
        Some(if self.name == "codec" {
            quote!(#krate::Codec::#variant)
        } else {
            quote!(#krate::Compression::#variant)
        })
    }
}

/// Is it `= false`?
fn off(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<Token![=]>().is_ok() && ahead.parse::<LitBool>().is_ok_and(|literal| !literal.value)
}

fn number(
    name: &'static str,
    ident: &Ident,
    input: ParseStream<'_>,
    in_range: fn(f64) -> bool,
) -> syn::Result<(Value, Span)> {
    equals(name, ident, input, &format!("{name} = {}", if name == "jitter" { "0.1" } else { "1.5" }))?;
    let span = input.span();
    let number = match input.parse::<Lit>() {
        Ok(Lit::Float(float)) if float.suffix().is_empty() => float.base10_parse::<f64>().ok(),
        Ok(Lit::Int(whole)) if whole.suffix().is_empty() => whole.base10_parse::<f64>().ok(),
        _ => None,
    };
    match number.filter(|number| in_range(*number)) {
        Some(number) => Ok((Value::Number(number), span)),
        None => Err(syn::Error::new(span, error::bad_number(name))),
    }
}

/// Seen by the compiler at `place`.
fn located(tokens: TokenStream, place: Span) -> TokenStream {
    let located = tokens.into_iter().map(|mut tree| {
        tree.set_span(tree.span().located_at(place));
        tree
    });
    located.collect()
}

fn variant(
    name: &'static str,
    ident: &Ident,
    input: ParseStream<'_>,
    names: &[(&'static str, &'static str)],
) -> syn::Result<(Value, Span)> {
    let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    let example = format!(r#"{name} = "{}""#, known.last().copied().unwrap_or_default());
    equals(name, ident, input, &example)?;
    let span = input.span();
    let text = input
        .parse::<LitStr>()
        .map_err(|_| syn::Error::new(span, error::takes_text(name, &example)))?
        .value();
    match names.iter().find(|(known, _)| *known == text) {
        Some((_, variant)) => Ok((Value::Variant(variant), span)),
        None => {
            let guess = guess::nearest(&text, known.iter().copied());
            Err(syn::Error::new(span, error::unknown_name_of(name, &text, guess, &known)))
        }
    }
}

fn bytes(name: &'static str, ident: &Ident, input: ParseStream<'_>) -> syn::Result<(Value, Span)> {
    equals(name, ident, input, &format!("{name} = 4096"))?;
    let span = input.span();
    let number = match input.parse::<Lit>() {
        Ok(Lit::Int(whole)) if whole.suffix().is_empty() => whole.base10_parse::<u32>().ok(),
        _ => None,
    };
    match number.filter(|bytes| (1..=MOST_BYTES).contains(bytes)) {
        Some(bytes) => Ok((Value::Bytes(bytes), span)),
        None => Err(syn::Error::new(span, error::bad_bytes(name))),
    }
}
