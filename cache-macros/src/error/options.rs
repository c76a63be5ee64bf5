//! Words about options and durations.

use super::{did_you_mean, list, one_of, wrapped};
use crate::args::Place;
use crate::duration::DurationMistake;
use crate::options::options;

fn macro_name(place: Place) -> &'static str {
    match place {
        Place::Struct => "`#[cache_strategy]` on a struct",
        Place::Block => "`#[cache_strategy]` on an impl block",
        Place::Function => "`#[cached]` on a function",
        Place::Method => "`#[cached]` on a method",
        Place::Tag => "`tag(…)`",
    }
}

fn example(place: Place) -> &'static str {
    match place {
        Place::Struct => r#"`#[cache_strategy(namespace = "chat", ttl = "30m")]`"#,
        Place::Block => "`#[cache_strategy]`",
        Place::Function => r#"`#[cached(namespace = "user", key = "profile/<id>", ttl = "1h")]`"#,
        Place::Method => r#"`#[cached(key = "profile/<id>")]`"#,
        Place::Tag => r#"`tag("user/<id>", strategy = Users)`"#,
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

/// Who has slipped needs the word that was meant; who has guessed needs all there are.
pub(crate) fn unknown_option(option: &str, guesses: &[&str], place: Place) -> String {
    if !guesses.is_empty() {
        return format!("unknown option `{option}`; did you mean {}?", one_of(guesses));
    }
    let known = list(options(place).iter().copied());
    let known = wrapped(&format!("{} takes {known}", macro_name(place)));
    format!("unknown option `{option}`\n{known}")
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

pub(crate) fn takes_no_text(option: &str, example: &str) -> String {
    let what = if option == "strategy" { "type" } else { "path" };
    format!("`{option}` takes a {what}, without quotes: write `{example}`")
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

/// More than one of them.
pub(crate) fn missing_options(missing: &[&str], place: Place) -> String {
    let or = match place {
        Place::Function => "\n`strategy = …`, a type that has them, stands for `namespace` and `ttl`",
        _ => "",
    };
    let missing = list(missing.iter().copied());
    format!("{} needs {missing}: write {}{or}", macro_name(place), example(place))
}

pub(crate) fn conflicts_with_strategy(option: &str) -> String {
    format!("`{option}` is given by `strategy = …` already; remove one of the two")
}

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

pub(crate) fn options_in_parentheses() -> String {
    "the options stand in parentheses: `#[cached(key = \"…\")]`".to_owned()
}

/// `codec = "jsno"`.
pub(crate) fn unknown_name_of(option: &str, name: &str, guess: Option<&str>, known: &[&str]) -> String {
    let guess = did_you_mean(guess);
    format!("unknown {option} `{name}`{guess}\n`{option}` takes one of {}", list(known.iter().copied()))
}

pub(crate) fn bad_bytes(option: &str) -> String {
    format!("`{option}` is a whole number of bytes from 1 to 268435456 (256 MiB): `{option} = 4096`")
}

pub(crate) fn above_without_compress() -> String {
    "`compress_above` is about compression, and this compresses nothing: add `compress = \"lz4\"`, or remove it"
        .to_owned()
}
