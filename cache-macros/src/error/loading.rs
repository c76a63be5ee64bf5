//! Words about how values are loaded and served.

use crate::args::Place;

pub(crate) fn takes_flag(option: &str) -> String {
    format!("write `{option}` alone, or `{option} = false` to switch the strategy's off")
}

pub(crate) fn bad_number(option: &str) -> String {
    if option == "jitter" {
        return "`jitter` is a share of the TTL, a number above 0 and below 1: `jitter = 0.1`".to_owned();
    }
    format!("`{option}` takes a number above 0, up to 100, such as `{option} = 1.5`; alone it is 1")
}

pub(crate) fn nothing_to_switch_off(option: &str, place: Place) -> String {
    let why = if place == Place::Struct {
        "a strategy's `{}` is off by itself"
    } else {
        "`{}` is off by itself, and this function has no strategy that switches it on"
    };
    format!("there is nothing to switch off: {}; remove it", why.replace("{}", option))
}

pub(crate) fn soft_not_shorter() -> String {
    "`soft_load_timeout` has to be shorter than `load_timeout`: after that one nobody waits any more"
        .to_owned()
}

pub(crate) fn soft_without_window() -> String {
    "`soft_load_timeout` serves a stale value where a load takes longer, and this function has none: add \
     `stale_if_error = \"1h\"` or `stale_while_revalidate = \"1h\"`, or write `load_timeout`"
        .to_owned()
}

pub(crate) fn timeout_without_result(function: &str) -> String {
    format!("`load_timeout` ends in an error, and `{function}` returns no `Result`; return one, or remove it")
}

pub(crate) fn timeout_error_without_result() -> String {
    "`timeout_error` makes the error of a load that took too long; this function returns no `Result`: remove it"
        .to_owned()
}

pub(crate) fn timeout_error_alone() -> String {
    "`timeout_error` makes the error of `load_timeout`, and this function has none: add `load_timeout = \"2s\"`, or \
     remove it"
        .to_owned()
}

pub(crate) fn nothing_to_load(option: &str) -> String {
    format!("`{option}` is about loading, and a function without a body loads nothing; remove it")
}

pub(crate) fn changed_parameter(name: &str) -> String {
    format!(
        "a load in the background can't change its caller's `{name}`: take it owned, or leave the options out that work \
         in the background"
    )
}

pub(crate) fn borrowing_parameter(ty: &str) -> String {
    format!("`{ty}` borrows, and a load in the background needs its own: take it owned, without lifetimes")
}

pub(crate) fn borrowing_self(ty: &str) -> String {
    format!(
        "`{ty}` borrows, and a load in the background needs its own `self`: let the strategy own its fields"
    )
}

/// A type parameter, or an `impl Trait`, that may be anything.
pub(crate) fn open_parameter(ty: &str, missing: &str) -> String {
    format!(
        "a load in the background takes `{ty}` along into a task: write `{ty}{} {missing}`",
        if ty.starts_with("impl") { " +" } else { ":" }
    )
}

pub(crate) fn object_parameter(ty: &str) -> String {
    format!(
        "a `{ty}` can't be cloned into a task, and a load in the background needs its own: take an `Arc<{ty}>`"
    )
}

pub(crate) fn sync_background(option: &str) -> String {
    format!(
        "`{option}` needs a task, and a function that is not async loads in its caller's thread: write `async fn`, or remove it"
    )
}

pub(crate) fn sync_on_servers(option: &str) -> String {
    format!(
        "`{option}` is about what a server keeps, and a function that is not async keeps its values in this process: remove it"
    )
}

pub(crate) fn sync_tags() -> String {
    "tags are kept where the entries of async functions are, and those of a function that is not async stay in this process: \
     invalidate them by `…_pattern`, or write `async fn`"
        .to_owned()
}

pub(crate) fn takes_ids() -> String {
    "write `batch` alone, or `batch(ids)` with the parameter that has the ids".to_owned()
}

pub(crate) fn unknown_ids(name: &str) -> String {
    format!("there is no parameter `{name}`; `batch(…)` names the one that has the ids")
}

pub(crate) fn no_list() -> String {
    "the ids of a batch are a `&[Id]` or a `Vec<Id>`".to_owned()
}

pub(crate) fn no_ids() -> String {
    "a batch takes its ids in a parameter, and none that is in the key is a `&[Id]` or a `Vec<Id>`".to_owned()
}

pub(crate) fn two_lists(one: &str, other: &str) -> String {
    format!("`{one}` and `{other}` are both lists; say which has the ids: `batch({one})`")
}

pub(crate) fn sync_batch() -> String {
    "a batch is one read of a server, and a function that is not async keeps its values in this process: write `async fn`, or \
     remove `batch`"
        .to_owned()
}

pub(crate) fn not_in_batch(option: &str) -> String {
    format!("`{option}` is decided entry by entry, and a batch reads and loads many at once: remove it")
}

pub(crate) fn mutable_in_batch() -> String {
    "a batch may call its body a second time, for what others did not load: take a `&`, or an owned value that can be cloned"
        .to_owned()
}

pub(crate) fn no_map() -> String {
    "a batch returns a `HashMap<Id, V>` or a `BTreeMap<Id, V>`, or a `Result` of one".to_owned()
}

pub(crate) fn option_in_batch() -> String {
    "what is not there is left out of the map: write `V`; `none_ttl` says how long that is remembered"
        .to_owned()
}
