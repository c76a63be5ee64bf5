//! Words about the targets of `cache_put` and `cache_invalidate`, and about derives.

use super::did_you_mean;

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

pub(crate) fn tag_in_put() -> String {
    "a tag stands for many entries, and `#[cache_put]` stores one: put it into `#[cache_invalidate(…)]`"
        .to_owned()
}

pub(crate) fn homeless_tag() -> String {
    "tags are told apart by their namespace: write `tag(\"…\", strategy = Feed)`, or `namespace = \"feed\"`; in a \
     method with `&self` it is its strategy's, where `#[cache_strategy]` stands above the impl block"
        .to_owned()
}

pub(crate) fn version_without_namespace() -> String {
    "`version` goes with `namespace`: write `namespace = \"feed\", version = 2`".to_owned()
}

pub(crate) fn infer_argument(attribute: &str) -> String {
    if attribute == "cache_put" {
        return "`_` is no argument, and `#[cache_put]` stores one entry: write the argument".to_owned();
    }
    "write `*` for every value".to_owned()
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

pub(crate) fn second_version() -> String {
    "a value has one version; remove `#[cache(version)]` here or on the other field".to_owned()
}

pub(crate) fn version_in_enum() -> String {
    "`version` stands on a field of a struct: a variant's field is not always there; put it beside the enum, into a struct \
     that holds both"
        .to_owned()
}

pub(crate) fn version_takes_nothing() -> String {
    "`version` takes no value: the field holds it, so write `#[cache(version)]`".to_owned()
}

pub(crate) fn skipped_version() -> String {
    "serde skips this field, so what is read from the cache would have another version: remove `skip`"
        .to_owned()
}
