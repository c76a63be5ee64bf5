//! The collector of mistakes, and every word that a user reads about one.
//!
//! A message says what is wrong, then what to write instead.

mod changes;
mod items;
mod loading;
mod options;
mod templates;

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

pub(crate) use self::changes::*;
pub(crate) use self::items::*;
pub(crate) use self::loading::*;
pub(crate) use self::options::*;
pub(crate) use self::templates::*;

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

/// `a`, `b` or `c`.
fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [start @ .., last] if !start.is_empty() => format!("{} or {last}", start.join(", ")),
        all => all.concat(),
    }
}

/// In lines of a width that fits beside the compiler's margin.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 100;
    let (mut out, mut line) = (String::new(), 0);
    for word in text.split(' ') {
        if line > 0 {
            let fits = line + 1 + word.len() <= WIDTH;
            out.push(if fits { ' ' } else { '\n' });
            line = if fits { line + 1 } else { 0 };
        }
        out.push_str(word);
        line += word.len();
    }
    out
}

/// There is `a`; there are `a` and `b`.
fn there(known: &[&str]) -> String {
    let verb = if known.len() == 1 { "is" } else { "are" };
    format!("there {verb} {}", list(known.iter().copied()))
}

fn did_you_mean(guess: Option<&str>) -> String {
    guess.map(|guess| format!("; did you mean `{guess}`?")).unwrap_or_default()
}
