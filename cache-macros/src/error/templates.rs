//! Words about templates, and about the parameters that they name.

use std::ops::Range;

use super::{did_you_mean, there};
use crate::template::TemplateMistake;

/// The template with a caret under `at`, below the message and what to do.
fn pointed(template: &str, at: Range<usize>, what: &str, note: &str) -> String {
    let before = template.get(..at.start).unwrap_or_default();
    let here = template.get(at).unwrap_or_default();
    let carets = "^".repeat(here.chars().count().max(1));
    let indent = " ".repeat(before.chars().count());
    let note = if note.is_empty() { String::new() } else { format!("\n{note}") };
    format!("{what}\n\n    \"{template}\"\n     {indent}{carets}\n{note}")
}

/// A template that can't be read; `noun` says of what it is one.
pub(crate) fn malformed(noun: &str, template: &str, mistake: TemplateMistake, at: Range<usize>) -> String {
    use TemplateMistake as M;
    let (starts, ends) =
        (format!("a {noun} starts with a name, not with `/`"), format!("a {noun} doesn't end with `/`"));
    let (spaceless, text) = (
        format!("a {noun} has no white space"),
        format!("a {noun}'s own text is made of letters `a-z`, digits, `_`, `-` and `.`"),
    );
    let (what, note) = match mistake {
        M::Empty if noun == "tag" => {
            return "a tag can't be empty; name what belongs together: `tags(\"user/<id>\")`".to_owned();
        }
        M::Empty => return "a key can't be empty; name what is cached: `key = \"user/<id>\"`".to_owned(),
        M::LeadingSlash => (starts.as_str(), "remove the `/`; the namespace is put in front by itself"),
        M::TrailingSlash => (ends.as_str(), "remove the `/`"),
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
        M::WhiteSpace => (spaceless.as_str(), "write `_` or `-`"),
        M::Percent => ("`%` is how values are escaped", "write a name without it"),
        M::Star if noun == "tag" => ("a tag is one text, and `*` stands for many", "write a placeholder"),
        M::Star => (
            "`*` is for patterns, not for keys",
            "write a placeholder; the `…_pattern` companion takes `Any` for it",
        ),
        M::Hash => ("`#` marks the hash of a long key", "write a name without it"),
        M::Character(_) => (text.as_str(), "write a name without this character"),
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

/// `{id}`, which is text between the braces of a hash tag.
pub(crate) fn braced(template: &str, at: Range<usize>, name: &str) -> String {
    let note = "braces are kept as they are: a hash tag, such as `{<id>}`";
    pointed(template, at, &format!("write `<{name}>`, not `{{{name}}}`"), note)
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

/// `impl Trait` in what is in the key. Where nothing is loaded, nothing is skipped.
pub(crate) fn anonymous(ty: &str, name: &str, declared: &str, can_skip: bool) -> String {
    let skip = if can_skip {
        format!(", or write `skip({name})` if it can't change the answer")
    } else {
        String::new()
    };
    format!(
        "`{ty}` is a type parameter without a name, and not in the key: two calls that differ in it would share one \
         entry\nwrite `{name}`, declare `{declared}`, and put `<{name}>` into the key{skip}"
    )
}

pub(crate) fn changed(name: &str) -> String {
    format!(
        "`{name}` is in the key, and what the body changes of it is not changed on a hit: remove `mut`; what a function only works \
         with, such as a connection, is `skip({name})`"
    )
}

pub(crate) fn pattern_parameter() -> String {
    "a cached function's parameter needs a name; name it here, and take it apart in the body".to_owned()
}

pub(crate) fn takes_templates() -> String {
    "`tags` takes one or more texts in parentheses: `tags(\"user/<user_id>\", \"feed\")`".to_owned()
}

pub(crate) fn too_many_tags(most: usize) -> String {
    format!("an entry has {most} tags at the most; what always goes together needs one alone")
}

pub(crate) fn braces_in_tag(template: &str, at: Range<usize>) -> String {
    let what = "a tag has no hash tag, which is for the keys of entries";
    pointed(template, at, what, "write it without braces")
}

/// `{id}`, which stands for nothing in a tag.
pub(crate) fn braced_in_tag(template: &str, at: Range<usize>, name: &str) -> String {
    pointed(template, at, &format!("write `<{name}>`, not `{{{name}}}`"), "")
}

/// A placeholder that could give the same entry another tag in another call.
pub(crate) fn unkeyed_in_tag((template, at): (String, Range<usize>), name: &str) -> String {
    let what = format!("`{name}` is not in the key: two callers with one key would have different tags");
    pointed(&template, at, &what, &format!("put `<{name}>` into the key, or leave it out here"))
}
