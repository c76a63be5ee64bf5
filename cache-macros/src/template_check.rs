//! What holds for any template, as a function that panics where it does not: for a property test, and for the target in `fuzz/`.

use crate::template::{Malformed, Segment, TemplateMistake, parse};

/// Reads a template: every mistake lies in it, and what has none is the same when it is written again.
pub(crate) fn template(text: &str) {
    let (template, mistakes) = parse(text);
    for Malformed { mistake, at } in &mistakes {
        let place = text.get(at.clone());
        assert!(place.is_some(), "{text:?}: {mistake:?} at {at:?}");
        assert_eq!(
            place == Some(""),
            *mistake == TemplateMistake::Empty,
            "{text:?}: {mistake:?} is somewhere"
        );
    }
    if !mistakes.is_empty() {
        return;
    }
    let written: Vec<String> = template.segments.iter().map(|segment| written(text, segment)).collect();
    assert_eq!(written.join("/"), text);
    assert!(written.iter().all(|segment| !segment.is_empty()), "{text:?} has an empty segment");
    // What a key's separators, globs and hashes are made of never comes from a template.
    let literals = template.segments.iter().flat_map(|segment| [&segment.prefix, &segment.suffix]);
    for literal in literals {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_.-{}".contains(c);
        assert!(literal.chars().all(plain), "{text:?}: {literal:?}");
    }
    let braces: String = text.chars().filter(|c| "{}".contains(*c)).collect();
    assert!(["", "{}"].contains(&braces.as_str()) && !text.contains("{}"), "{text:?} is no hash tag");
}

fn written(text: &str, Segment { prefix, placeholder, suffix }: &Segment) -> String {
    let placeholder = placeholder.as_ref().map(|placeholder| {
        let name = format!("<{}>", placeholder.name());
        assert_eq!(text.get(placeholder.at.clone()), Some(name.as_str()), "{text:?}: the place of {name}");
        name
    });
    format!("{prefix}{}{suffix}", placeholder.unwrap_or_default())
}
