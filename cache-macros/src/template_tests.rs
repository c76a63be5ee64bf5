#![allow(clippy::expect_used, reason = "a test says what it expected")]

use proptest::prelude::*;

use super::{Malformed, Placeholder, Segment, TemplateMistake as Mistake, parse};

fn text(prefix: &str) -> Segment {
    Segment { prefix: prefix.into(), ..Segment::default() }
}

fn first_mistake(template: &str) -> Malformed {
    let (_, mut mistakes) = parse(template);
    assert_eq!(mistakes.len(), 1, "{template}: {mistakes:?}");
    mistakes.remove(0)
}

#[test]
fn cuts_at_slashes() {
    let (template, mistakes) = parse("conversation/<id>/messages");
    assert_eq!(mistakes, []);
    let id = Placeholder { root: "id".into(), fields: vec![], at: 13..17 };
    let middle = Segment { placeholder: Some(id), ..Segment::default() };
    assert_eq!(template.segments, [text("conversation"), middle, text("messages")]);
}

#[test]
fn a_placeholder_may_stand_inside_a_segment() {
    let (template, mistakes) = parse("a/page_<page>.v2");
    assert_eq!(mistakes, []);
    assert_eq!(
        (template.segments[1].prefix.as_str(), template.segments[1].suffix.as_str()),
        ("page_", ".v2")
    );
}

#[test]
fn a_placeholder_may_be_a_path() {
    let (template, mistakes) = parse("<req.user.0>");
    assert_eq!(mistakes, []);
    let placeholder = template.segments[0].placeholder.clone().expect("a placeholder");
    assert_eq!((placeholder.root.as_str(), placeholder.name().as_str()), ("req", "req.user.0"));
    assert_eq!(placeholder.fields, ["user", "0"]);
}

#[test]
fn braces_are_text() {
    let (template, mistakes) = parse("conversation/{<id>}/messages");
    assert_eq!(mistakes, []);
    assert_eq!((template.segments[1].prefix.as_str(), template.segments[1].suffix.as_str()), ("{", "}"));
    assert_eq!(parse("{a/<id>}").1, []);
}

#[test]
fn each_mistake_has_its_place() {
    for (template, mistake, at) in [
        ("", Mistake::Empty, 0..0),
        ("/a", Mistake::LeadingSlash, 0..1),
        ("a/", Mistake::TrailingSlash, 1..2),
        ("a//b", Mistake::DoubleSlash, 1..3),
        ("a/<id/b", Mistake::Unclosed, 2..5),
        ("a/id>/b", Mistake::Unopened, 4..5),
        ("a/<<id>>", Mistake::Nested, 2..4),
        ("<a>-<b>", Mistake::TwoPlaceholders, 4..7),
        ("a/<>", Mistake::EmptyPlaceholder, 2..4),
        ("a/<1>", Mistake::BadPlaceholder, 2..5),
        ("a/<x.>", Mistake::BadPlaceholder, 2..6),
        ("a/<x-y>", Mistake::BadPlaceholder, 2..7),
        ("a/<x y>", Mistake::WhiteSpace, 2..7),
        ("a:b", Mistake::Colon, 1..2),
        ("a b", Mistake::WhiteSpace, 1..2),
        ("a%b", Mistake::Percent, 1..2),
        ("a/*", Mistake::Star, 2..3),
        ("a#b", Mistake::Hash, 1..2),
        ("aé", Mistake::Character('é'), 1..3),
        ("{<a>", Mistake::UnclosedBrace, 0..1),
        ("<a>}", Mistake::UnopenedBrace, 3..4),
        ("{<a>}/{<b>}", Mistake::SecondBrace, 6..7),
        ("{{<a>}}", Mistake::SecondBrace, 1..2),
        ("a{}", Mistake::EmptyBraces, 1..3),
    ] {
        assert_eq!(first_mistake(template), Malformed { mistake, at }, "{template}");
    }
}

#[test]
fn mistakes_of_several_segments_are_all_told() {
    let (_, mistakes) = parse("a:b/<id/c d");
    assert_eq!(mistakes.len(), 3);
}

#[test]
fn nothing_panics() {
    let alphabet = ['<', '>', '{', '}', '/', '.', 'a', 'é', ' ', '1'];
    for number in 0..100_000_usize {
        let digits = [1, 10, 100, 1_000, 10_000].map(|place| alphabet[number / place % 10]);
        let text: String = digits.iter().collect();
        for Malformed { at, .. } in parse(&text).1 {
            assert!(text.get(at.clone()).is_some(), "{text}: {at:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5000))]

    #[test]
    fn any_template_is_read_or_its_mistakes_have_a_place(text in prop_oneof![pieces(), ".*"]) {
        crate::template_check::template(&text);
    }
}

/// Templates as somebody may write them in haste.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "/",
        "<",
        ">",
        "<id>",
        "<req.user.0>",
        "<_>",
        "<a b>",
        "<é>",
        "{",
        "}",
        "a",
        "page_",
        ".",
        "-",
        "é",
        "🦀",
        " ",
        ":",
        "%",
        "*",
        "#",
        "//",
        "<>",
        "{<id>}",
    ]);
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}
