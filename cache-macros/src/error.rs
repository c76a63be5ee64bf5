//! The collector of mistakes, and every word that a user reads about one.
//!
//! A message says what is wrong, then what to write instead.

use std::fmt::Display;
use std::ops::Range;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use crate::args::{self, Place};
use crate::duration::DurationMistake;
use crate::template::TemplateMistake;

/// All mistakes of one annotation, in the order in which they were found.
#[derive(Default)]
pub(crate) struct Errors {
    all: Option<syn::Error>,
    /// Place and words of each, so that what several methods stumble over is told once.
    told: Vec<String>,
}

impl Errors {
    /// A mistake under these tokens.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.add(syn::Error::new_spanned(tokens, message));
    }

    /// A mistake under this span.
    pub(crate) fn span(&mut self, span: Span, message: impl Display) {
        self.add(syn::Error::new(span, message));
    }

    /// A mistake as it came.
    pub(crate) fn add(&mut self, error: syn::Error) {
        let told = format!("{:?} {error}", error.span());
        if self.told.contains(&told) {
            return;
        }
        self.told.push(told);
        match &mut self.all {
            Some(errors) => errors.combine(error),
            None => self.all = Some(error),
        }
    }

    /// Those of a part, after those that are here.
    pub(crate) fn append(&mut self, other: Self) {
        for error in other.all.into_iter().flatten() {
            self.add(error);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_none()
    }

    /// One `compile_error!` a mistake; nothing where there is none.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.all.map(syn::Error::into_compile_error).unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn into_error(self) -> Option<syn::Error> {
        self.all
    }
}

/// `a`, `b` and `c`.
fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [start @ .., last] => format!("{} and {last}", start.join(", ")),
    }
}

/// There is `a`; there are `a` and `b`.
fn there(known: &[&str]) -> String {
    let verb = if known.len() == 1 { "is" } else { "are" };
    format!("there {verb} {}", list(known.iter().copied()))
}

fn did_you_mean(guess: Option<&str>) -> String {
    guess.map(|guess| format!("; did you mean `{guess}`?")).unwrap_or_default()
}

// Options.

fn macro_name(place: Place) -> &'static str {
    match place {
        Place::Struct => "`#[cache_strategy]` on a struct",
        Place::Block => "`#[cache_strategy]` on an impl block",
        Place::Function => "`#[cached]` on a function",
        Place::Method => "`#[cached]` on a method",
    }
}

fn example(place: Place) -> &'static str {
    match place {
        Place::Struct => r#"`#[cache_strategy(namespace = "chat", ttl = "30m")]`"#,
        Place::Block => "`#[cache_strategy]`",
        Place::Function => r#"`#[cached(namespace = "user", key = "profile/<id>", ttl = "1h")]`"#,
        Place::Method => r#"`#[cached(key = "profile/<id>")]`"#,
    }
}

pub(crate) fn expected_option(place: Place) -> String {
    format!("expected an option; write {}", example(place))
}

pub(crate) fn expected_comma() -> String {
    "expected a `,` between two options".to_owned()
}

pub(crate) fn duplicate_option(option: &str) -> String {
    format!("`{option}` is given twice; keep one of them")
}

pub(crate) fn unknown_option(option: &str, guess: Option<&str>, place: Place) -> String {
    let known = list(args::options(place).iter().copied());
    let guess = did_you_mean(guess);
    format!("unknown option `{option}`{guess}\n{} takes {known}", macro_name(place))
}

pub(crate) fn belongs_on_struct(option: &str) -> String {
    if option == "strategy" {
        return "a method follows the strategy of its type; `strategy` is for free functions: remove it here"
            .to_owned();
    }
    format!("`{option}` belongs on the struct: `#[cache_strategy({option} = …)]` above `struct`, not here")
}

pub(crate) fn belongs_on_method(option: &str) -> String {
    format!("`{option}` belongs on a method or a function: `#[cached({option}…)]`")
}

pub(crate) fn takes_value(option: &str, example: &str) -> String {
    format!("`{option}` takes a value: `{example}`")
}

pub(crate) fn takes_text(option: &str, example: &str) -> String {
    format!("`{option}` takes a string literal: `{example}`")
}

pub(crate) fn takes_names(option: &str) -> String {
    format!("`{option}` takes names of parameters in parentheses: `{option}(db)`")
}

pub(crate) fn takes_nothing(option: &str) -> String {
    format!("`{option}` takes no value: write `{option}` alone")
}

pub(crate) fn named_twice(name: &str, option: &str) -> String {
    format!("`{name}` stands twice in `{option}(…)`; once is enough")
}

pub(crate) fn bad_namespace(namespace: &str, suggestion: &str) -> String {
    if namespace.is_empty() {
        return r#"a namespace can't be empty; name it after the data: `namespace = "chat"`"#.to_owned();
    }
    format!("a namespace is made of `a-z`, `0-9`, `_` and `-`; write `namespace = \"{suggestion}\"`")
}

pub(crate) fn unknown_kind(kind: &str, guess: Option<&str>) -> String {
    let guess = did_you_mean(guess);
    format!("unknown kind `{kind}`{guess}\nthere are `ttl`, `cache_aside` and `write_through`")
}

pub(crate) fn bad_version() -> String {
    "a version is a whole number from 1: `version = 2`".to_owned()
}

pub(crate) fn missing_option(option: &str, place: Place) -> String {
    let write = match option {
        "namespace" => r#"`namespace = "…"`, the first part of every key"#,
        "ttl" => r#"`ttl = "30m"`, how long a value is kept"#,
        _ => r#"`key = "…"`, such as `key = "user/<id>"`"#,
    };
    let or = match (place, option) {
        (Place::Function, "namespace" | "ttl") => " (or `strategy = …`, a type that has it)",
        _ => "",
    };
    format!("{} needs {write}{or}", macro_name(place))
}

pub(crate) fn conflicts_with_strategy(option: &str) -> String {
    format!("`{option}` is given by `strategy = …` already; remove one of the two")
}

// Durations.

const DURATIONS: &str =
    r#"write whole seconds (`1800`), or text such as `"500ms"`, `"30m"`, `"1h30m"`, `"7d"`"#;

pub(crate) fn bad_duration(mistake: DurationMistake) -> String {
    match mistake {
        DurationMistake::Zero => format!("a duration of zero would keep nothing; {DURATIONS}"),
        DurationMistake::TooLong => format!("a duration can't be longer than ten years; {DURATIONS}"),
        DurationMistake::Unreadable => format!("this is no duration; {DURATIONS}"),
    }
}

pub(crate) fn negative_duration() -> String {
    format!("a duration can't be negative; {DURATIONS}")
}

pub(crate) fn float_duration() -> String {
    format!("a duration is a whole number; {DURATIONS}")
}

pub(crate) fn suffixed_duration(written: &str, suffix: &str) -> String {
    if crate::duration::text(written).is_ok() {
        return format!("a duration with a unit is text: write `\"{written}\"`");
    }
    format!("`{suffix}` is no unit of time; {DURATIONS}")
}

// Templates.

/// The template with a caret under `at`, below the message and what to do.
fn pointed(template: &str, at: Range<usize>, what: &str, note: &str) -> String {
    let before = template.get(..at.start).unwrap_or_default();
    let here = template.get(at).unwrap_or_default();
    let carets = "^".repeat(here.chars().count().max(1));
    let indent = " ".repeat(before.chars().count());
    let note = if note.is_empty() { String::new() } else { format!("\n{note}") };
    format!("{what}\n\n    \"{template}\"\n     {indent}{carets}\n{note}")
}

pub(crate) fn malformed(template: &str, mistake: TemplateMistake, at: Range<usize>) -> String {
    use TemplateMistake as M;
    let (what, note) = match mistake {
        M::Empty => return "a key can't be empty; name what is cached: `key = \"user/<id>\"`".to_owned(),
        M::LeadingSlash => (
            "a key starts with a name, not with `/`",
            "remove the `/`; the namespace is put in front by itself",
        ),
        M::TrailingSlash => ("a key doesn't end with `/`", "remove the `/`"),
        M::DoubleSlash => ("there is nothing between two `/`", "remove one, or write what belongs there"),
        M::Unclosed => ("this `<` is not closed", "write `<name>`, with the name of a parameter"),
        M::Unopened => ("this `>` closes nothing", "write `<name>`, with the name of a parameter"),
        M::Nested => {
            ("a placeholder can't stand inside another", "write `<name>`, with the name of a parameter")
        }
        M::TwoPlaceholders => (
            "a segment holds one placeholder",
            "put a `/` between the two: otherwise (1, 23) and (12, 3) could meet",
        ),
        M::EmptyPlaceholder => ("a placeholder needs a name", "write `<name>`, with the name of a parameter"),
        M::BadPlaceholder => (
            "a placeholder is a parameter, or a path into one",
            "write `<id>`, `<request.user_id>` or `<pair.0>`",
        ),
        M::Colon => ("segments are separated by `/`, not by `:`", "write `/` here; it is rendered as `:`"),
        M::WhiteSpace => ("a key has no white space", "write `_` or `-`"),
        M::Percent => ("`%` is how values are escaped", "write a name without it"),
        M::Star => (
            "`*` is for patterns, not for keys",
            "write a placeholder; the `…_pattern` companion takes `Any` for it",
        ),
        M::Hash => ("`#` marks the hash of a long key", "write a name without it"),
        M::Character(_) => (
            "a key's own text is made of letters `a-z`, digits, `_`, `-` and `.`",
            "write a name without this character",
        ),
        M::UnclosedBrace => ("this hash tag is not closed", "write `{<id>}`"),
        M::UnopenedBrace => ("this `}` closes nothing", "write `{<id>}` for a hash tag"),
        M::SecondBrace => {
            ("a key has one hash tag: Redis reads the first pair of braces", "remove this pair")
        }
        M::EmptyBraces => {
            ("a hash tag can't be empty", "put what decides the cluster slot between the braces: `{<id>}`")
        }
    };
    pointed(template, at, what, note)
}

/// A placeholder that names nothing.
pub(crate) fn unknown_placeholder(
    (template, at, name): (&str, Range<usize>, &str),
    function: &str,
    guess: Option<&str>,
    known: &[&str],
) -> String {
    let what = format!("`{function}` has no parameter `{name}`{}", did_you_mean(guess));
    let note = match known {
        [] => "it has no parameters".to_owned(),
        known => there(known),
    };
    pointed(template, at, &what, &note)
}

pub(crate) fn self_placeholder(template: &str, at: Range<usize>) -> String {
    pointed(
        template,
        at,
        "`self` can't stand in a key",
        "mark the field `#[key]` in the struct: it is rendered ahead of every key of the strategy",
    )
}

pub(crate) fn path_into_generic(template: &str, at: Range<usize>, root: &str) -> String {
    let what = format!("`{root}` is no parameter with fields");
    pointed(template, at, &what, &format!("write `<{root}>`"))
}

pub(crate) fn whole_and_partial(template: &str, at: Range<usize>, root: &str) -> String {
    let what = format!("`{root}` is `partial`, and in the key as a whole");
    pointed(template, at, &what, &format!("remove `partial({root})`, or write a path: `<{root}.id>`"))
}

pub(crate) fn path_without_partial(template: &str, at: Range<usize>, root: &str) -> String {
    let what = format!("the key holds a part of `{root}`; the rest of it could change the answer");
    pointed(
        template,
        at,
        &what,
        &format!("write `partial({root})` if it doesn't, or `<{root}>` for all of it"),
    )
}

pub(crate) fn keyed_and_skipped(name: &str) -> String {
    format!("`{name}` is in the key, and skipped; remove one of the two")
}

pub(crate) fn partial_and_skipped(name: &str) -> String {
    format!("`{name}` is partial, and skipped; remove one of the two")
}

pub(crate) fn partial_without_path(name: &str) -> String {
    format!("no path into `{name}` is in the key; write one, such as `<{name}.id>`, or `skip({name})`")
}

pub(crate) fn unknown_name(
    option: &str,
    name: &str,
    function: &str,
    guess: Option<&str>,
    known: &[&str],
) -> String {
    if name == "self" {
        return "fields of `self` are `#[key]` or `#[skip]` where the struct is declared; remove it here"
            .to_owned();
    }
    if known.is_empty() {
        return format!("`{function}` has no parameter `{name}` to {option}; it has none");
    }
    let guess = did_you_mean(guess);
    format!("`{function}` has no parameter `{name}`{guess}\n{}", there(known))
}

// Parameters.

/// A parameter that is neither in the key nor skipped.
pub(crate) fn unkeyed(name: &str) -> String {
    format!(
        "`{name}` is not in the key: two calls that differ in it would share one entry\nput `<{name}>` into \
         the key, or write `skip({name})` if it can't change the answer"
    )
}

pub(crate) fn unkeyed_generic(name: &str, what: &str) -> String {
    format!(
        "the {what} parameter `{name}` is not in the key: two calls that differ in it would share one \
         entry\nput `<{name}>` into the key, or write `skip({name})` if it can't change the answer"
    )
}

pub(crate) fn pattern_parameter() -> String {
    "a cached function's parameter needs a name; name it here, and take it apart in the body".to_owned()
}

// Functions.

pub(crate) fn not_a_function(attribute: &str) -> String {
    format!("`#[{attribute}]` stands on a function or on a method")
}

pub(crate) fn method_outside() -> String {
    "put `#[cache_strategy]` above the impl block: a macro on a method can't see its type".to_owned()
}

pub(crate) fn self_type_outside() -> String {
    "`Self` tells that this is in an impl block; put `#[cache_strategy]` above that, and take `&self`"
        .to_owned()
}

pub(crate) fn by_value_receiver() -> String {
    "a cached method takes `&self`".to_owned()
}

pub(crate) fn no_receiver(name: &str) -> String {
    format!("`{name}` takes no `&self`; add it, or make it a free function with `strategy = …`")
}

pub(crate) fn not_async(name: &str, attribute: &str) -> String {
    format!("`#[{attribute}]` works on `async` functions; write `async fn {name}`")
}

pub(crate) fn async_trait_order() -> String {
    "put `#[cache_strategy]` above `#[async_trait]`: here the method is rewritten already".to_owned()
}

pub(crate) fn bodyless_async() -> String {
    "a function without a body loads nothing: remove `async`, or write the body that loads".to_owned()
}

pub(crate) fn bodyless_return() -> String {
    "a function without a body gives an entry: write `-> Entry<V>` with the value's type".to_owned()
}

pub(crate) fn entry_kind() -> String {
    "the entry's kind follows from the strategy: write `Entry<V>` alone".to_owned()
}

pub(crate) fn bodyless_skip(name: &str) -> String {
    format!("`{name}` is skipped, and there is no body that could use it; remove the parameter")
}

pub(crate) fn no_body(attribute: &str) -> String {
    format!("`#[{attribute}]` needs a body: what is done to the source")
}

pub(crate) fn modifier(modifier: &str) -> String {
    format!("a cached function can't be `{modifier}`; remove it, and cache a function that calls this one")
}

pub(crate) fn two_annotations(first: &str, second: &str) -> String {
    format!(
        "`#[{first}]` and `#[{second}]` don't go together: one reads, the other changes; use two functions"
    )
}

pub(crate) fn repeated(attribute: &str) -> String {
    format!("`#[{attribute}]` stands here twice; keep one of them")
}

// Values.

pub(crate) fn nothing_to_cache() -> String {
    "this function returns nothing that could be cached; return the value".to_owned()
}

pub(crate) fn nested_value(inner: &str, in_option: bool) -> String {
    match (inner, in_option) {
        ("Result", true) => {
            "an `Err` inside an `Option` would be cached; turn it round: `Result<Option<V>, E>`".to_owned()
        }
        ("Option", true) => {
            "an `Option` inside an `Option` can't be told apart in the cache; use an enum".to_owned()
        }
        _ => "a `Result` inside a `Result` would be cached with its error; flatten it: `Result<V, E>`"
            .to_owned(),
    }
}

pub(crate) fn unnamed_value() -> String {
    "a cached value needs a type with a name; write it out".to_owned()
}

pub(crate) fn borrowed_value(is_reference: bool) -> String {
    let instead = if is_reference {
        "return an owned value, such as `String` or `Arc<T>`"
    } else {
        "return a type without lifetimes"
    };
    format!("a cached value outlives the call, so it can't borrow; {instead}")
}

pub(crate) fn none_ttl_without_option() -> String {
    "`none_ttl` is how long the answer `None` is kept; this function never returns it: remove `none_ttl`, or return an `Option`".to_owned()
}

pub(crate) fn share_error_without_result() -> String {
    "`share_error` copies an error for callers that waited; this function returns no `Result`: remove it"
        .to_owned()
}

pub(crate) fn alias_without_body(option: &str) -> String {
    format!("`{option}` tells what a loader returns; without a body there is none: remove it")
}

// Targets of `cache_put` and `cache_invalidate`.

pub(crate) fn missing_target(attribute: &str) -> String {
    format!("`#[{attribute}]` needs the entry that changes: `#[{attribute}(self.messages(id))]`")
}

pub(crate) fn bad_target(attribute: &str) -> String {
    format!(
        "expected a cached function or method with its arguments: `#[{attribute}(user_feed(user_id, page))]`"
    )
}

pub(crate) fn second_target() -> String {
    "`#[cache_put]` stores the returned value in one entry; put the others into `#[cache_invalidate(…)]`"
        .to_owned()
}

pub(crate) fn any_in_put() -> String {
    "`*` stands for many entries; `#[cache_put]` stores one: write the argument".to_owned()
}

pub(crate) fn bad_on() -> String {
    "write `on = \"success\"` to invalidate only where the function succeeds; without it every way out does"
        .to_owned()
}

pub(crate) fn on_in_put() -> String {
    "`#[cache_put]` stores on success alone; `on` is an option of `#[cache_invalidate]`".to_owned()
}

pub(crate) fn unknown_target_option(attribute: &str, option: &str, guess: Option<&str>) -> String {
    let takes = if attribute == "cache_put" { "`crate`" } else { "`on` and `crate`" };
    format!(
        "unknown option `{option}`{}\nbeside entries, `#[{attribute}]` takes {takes}",
        did_you_mean(guess)
    )
}

pub(crate) fn put_returns_nothing() -> String {
    "`#[cache_put]` stores what the function returns; return the value as it is after the change".to_owned()
}

pub(crate) fn put_returns_option() -> String {
    "`#[cache_put]` stores what the function returns, and `None` says nothing about the source; return the value, or use `#[cache_invalidate(…)]`".to_owned()
}

// Strategies.

pub(crate) fn not_a_strategy() -> String {
    "`#[cache_strategy]` stands on a struct, and on an impl block of that struct".to_owned()
}

pub(crate) fn tuple_strategy() -> String {
    "a strategy's fields need names, to be marked `#[key]` or `#[skip]`; write `struct Name { field: Type }`"
        .to_owned()
}

pub(crate) fn unmarked_field(name: &str) -> String {
    format!(
        "`{name}` is neither `#[key]` nor `#[skip]`: write `#[key]` if it changes what is cached (a tenant, a \
         language), `#[skip]` if it doesn't (a connection)"
    )
}

pub(crate) fn key_and_skip(name: &str) -> String {
    format!("`{name}` is `#[key]` and `#[skip]`; remove one of the two")
}

pub(crate) fn keyed_cache(name: &str) -> String {
    format!("`{name}` is where the entries are kept, it can't be in their keys; remove `#[key]`")
}

pub(crate) fn second_cache(first: &str) -> String {
    format!("the entries are kept in `{first}` already; mark one of the two `#[skip]`")
}

pub(crate) fn marker_arguments(marker: &str) -> String {
    format!("`#[{marker}]` takes nothing")
}

pub(crate) fn unnamed_self_type() -> String {
    "a strategy's impl block is for a named type".to_owned()
}

pub(crate) fn unconstrained(name: &str) -> String {
    format!(
        "`{name}` is a parameter of the trait alone; the companions of a cached method need it in the type"
    )
}

// Derives.

pub(crate) fn derive_option(option: &str, guess: Option<&str>, known: &str) -> String {
    format!("unknown option `{option}`{}\n{known}", did_you_mean(guess))
}

pub(crate) fn union() -> String {
    "a union doesn't know which field is set; use an enum".to_owned()
}

pub(crate) fn nothing_in_key(what: &str) -> String {
    format!(
        "{what} has nothing to tell one value from another, so it can't be a key part; write its name into the template instead"
    )
}

pub(crate) fn no_variants() -> String {
    "an enum without variants has no value".to_owned()
}

pub(crate) fn borrowed_schema() -> String {
    "a cached value must own its data: remove the lifetime, and hold a `String`, a `Vec` or an `Arc` instead"
        .to_owned()
}

pub(crate) fn empty_opaque() -> String {
    "`opaque` takes the version of the field's format, raised when it changes: `#[cache(opaque = \"1\")]`"
        .to_owned()
}
