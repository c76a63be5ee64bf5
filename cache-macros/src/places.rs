//! Where the compiler underlines: at the token that caused the mistake.

#![allow(clippy::expect_used, reason = "a test says what it expected")]

use proc_macro2::{Span, TokenStream, TokenTree};

use crate::entry;

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("tokens")
}

/// Each `compile_error!`: the source text that it underlines, and the first line of its message.
fn mistakes(expanded: TokenStream) -> Vec<(String, String)> {
    let trees: Vec<TokenTree> = expanded.into_iter().collect();
    let mut found = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(ident) if ident == "compile_error" => {
                let Some(TokenTree::Group(group)) = trees.get(at + 2) else { continue };
                let message: syn::LitStr = syn::parse2(group.stream()).expect("a message");
                let place = source(ident.span(), group.span());
                found.push((place, message.value().lines().next().unwrap_or_default().to_owned()));
            }
            TokenTree::Group(group) => found.extend(mistakes(group.stream())),
            _ => {}
        }
    }
    found
}

/// The source between two tokens; nothing, where that is the attribute itself.
fn source(start: Span, end: Span) -> String {
    start.join(end).and_then(|span| span.source_text()).unwrap_or_default()
}

fn places(expanded: TokenStream) -> Vec<String> {
    mistakes(expanded).into_iter().map(|(place, _)| place).collect()
}

fn cached(args: &str, item: &str) -> Vec<String> {
    places(entry::cached(tokens(args), tokens(item)))
}

const USER: &str = "async fn user(id: u64) -> String { String::new() }";

#[test]
fn options_are_blamed_by_name_and_values_by_value() {
    assert_eq!(cached(r#"namespace = "u", key = "<id>", tttl = 60, ttl = 60"#, USER), ["tttl"]);
    assert_eq!(cached(r#"namespace = "u", key = "<id>", ttl = 60, ttl = 5"#, USER), ["ttl"]);
    assert_eq!(cached(r#"namespace = "u", key = "<id>", ttl = "soon""#, USER), [r#""soon""#]);
    assert_eq!(cached(r#"namespace = "U", key = "<id>", ttl = 1"#, USER), [r#""U""#]);
    assert_eq!(cached(r#"namespace = "u", key = "<id>", ttl = 1, kind = "tll""#, USER), [r#""tll""#]);
}

#[test]
fn templates_are_blamed_on_their_literal() {
    assert_eq!(cached(r#"namespace = "u", key = "a:<id>", ttl = 1"#, USER), [r#""a:<id>""#]);
    assert_eq!(cached(r#"namespace = "u", key = "<ip>", ttl = 1"#, USER), [r#""<ip>""#]);
}

#[test]
fn parameters_are_blamed_where_they_stand() {
    let item = "async fn user<T>(id: u64, (a, b): (u8, u8)) -> String { String::new() }";
    assert_eq!(cached(r#"namespace = "u", key = "<id>", ttl = 1"#, item), ["(a, b)"]);
    let item = "async fn user<T>(id: u64, language: &str) -> String { String::new() }";
    assert_eq!(cached(r#"namespace = "u", key = "<id>", ttl = 1"#, item), ["language", "T"]);
    assert_eq!(cached(r#"namespace = "u", key = "<id>", ttl = 1, skip(T, id, language)"#, item), ["id"]);
}

// Bites: fails without `self.anonymous(errors)` in Binder::account (bind.rs).
#[test]
fn a_type_parameter_without_a_name_is_blamed_where_it_stands_in_what_is_keyed() {
    let item = "async fn user(id: u64, a: &impl Debug, b: (impl B, Option<impl Into<C> + D>), c: impl C) -> u64 { 0 }";
    let of = |key: &str, options: &str| {
        cached(&format!(r#"namespace = "u", key = "{key}", ttl = 1, {options}"#), item)
    };
    assert_eq!(of("<id>/<a>/<b>", "skip(c)"), ["impl Debug", "impl B", "impl Into<C> + D"]);
    assert_eq!(of("<id>/<b.0>", "partial(b), skip(a, c)"), ["impl B", "impl Into<C> + D"]);
    assert_eq!(of("<id>/<c>", "skip(a, b), background"), ["impl C", "impl Debug"]);
    // One mistake is enough.
    assert_eq!(of("<id>/<a>", "skip(a, b, c)"), ["a"]);
    assert_eq!(of("<id>", "skip(a, b)"), ["c"]);
    assert!(of("<id>", "skip(a, b, c)").is_empty());
    let item = "async fn user(list: impl IntoIterator<Item = impl A>) -> u64 { 0 }";
    assert_eq!(
        cached(r#"namespace = "u", key = "<list>", ttl = 1"#, item),
        ["impl IntoIterator<Item = impl A>", "impl A"]
    );
    let item = "async fn users(ids: &[impl A]) -> HashMap<u64, u64> { load(ids).await }";
    assert_eq!(cached(r#"namespace = "u", key = "<ids>", ttl = 1, batch"#, item), ["impl A"]);
}

#[test]
fn types_are_blamed_as_a_whole() {
    let item = "async fn user(id: u64) -> Result<&'static [Vec<u8>], ()> { Ok(&[]) }";
    assert_eq!(cached(r#"namespace = "u", key = "<id>", ttl = 1"#, item), ["&'static [Vec<u8>]"]);
}

#[test]
fn what_is_missing_is_blamed_on_the_attribute() {
    assert_eq!(cached("", USER), [""]);
}

#[test]
fn methods_are_blamed_in_their_block() {
    let item = r#"impl Users {
        #[cached(key = "a/<id>", namespace = "u")]
        async fn one(&mut self, id: u64) -> u64 { id }
        #[cached(key = "b//<id>")]
        async fn two(&self, id: u64) -> u64 { id }
    }"#;
    let expanded = entry::cache_strategy(TokenStream::new(), tokens(item));
    assert_eq!(places(expanded), ["namespace", "&mut self", r#""b//<id>""#]);
}

#[test]
fn fields_are_blamed_by_name() {
    let expanded = entry::cache_strategy(
        tokens(r#"namespace = "u", ttl = 1"#),
        tokens("struct Users { tenant: u64, #[key] #[skip] db: Db }"),
    );
    assert_eq!(places(expanded), ["tenant", "#[key]"]);
}

#[test]
fn targets_are_blamed_by_what_they_are() {
    let item = "async fn change(id: u64) -> u64 { id }";
    let expanded = entry::change("cache_put", tokens("user(*), other(id), onn = 1"), tokens(item));
    assert_eq!(places(expanded), ["onn", "other", "*"]);
}

#[test]
fn settings_are_blamed_by_what_is_wrong_with_them() {
    let base = r#"namespace = "u", key = "<id>", ttl = 60"#;
    let user = |options: &str| cached(&format!("{base}, {options}"), USER);
    assert_eq!(user("jitter = 1.0, early_refresh = 0"), ["1.0", "0"]);
    assert_eq!(user(r#"load_timeout = "2s""#), ["load_timeout"]);
    assert_eq!(user(r#"soft_load_timeout = "2s""#), ["soft_load_timeout"]);
    assert_eq!(user("stale_if_error = false, detached = false"), ["false", "false"]);
    assert_eq!(user("retry_after = 1, background = 1, tags()"), ["=", "()"]);
}

#[test]
fn what_can_not_go_into_a_task_is_blamed_where_it_stands() {
    let item = "async fn user<T: Clone>(id: &mut u64, db: &dyn Db, text: Option<&str>, by: impl Fn(), t: &T) -> u64 { 0 }";
    let options = r#"namespace = "u", key = "<id>", ttl = 60, skip(db, text, by, t, T), background"#;
    assert_eq!(cached(options, item), ["mut", "&dyn Db", "Option<&str>", "T", "impl Fn()"]);
}

#[test]
fn tags_are_blamed_on_their_literals() {
    let options = r#"namespace = "u", key = "<id>", ttl = 60, tags("a:b", "u/<ip>", "u/<id>")"#;
    assert_eq!(cached(options, USER), [r#""a:b""#, r#""u/<ip>""#]);
    let item = "async fn change(id: u64) -> u64 { id }";
    let expanded = entry::change(
        "cache_invalidate",
        tokens(r#"tag("u/<id>"), tag("u/<x>", namespace = "U")"#),
        tokens(item),
    );
    assert_eq!(places(expanded), [r#""U""#, r#""u/<id>""#, r#""u/<x>""#]);
}
