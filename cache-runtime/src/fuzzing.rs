//! What holds for any input, as functions that panic where it does not: for the fuzz targets in `fuzz/`, and for the property tests,
//! which run them on a stable compiler too.

use std::collections::BTreeMap;
use std::fmt::Debug;

use crate::key::{Any, Key, KeyParts, PatternParts};
use crate::record::{self, Found, Stored, Token};
use crate::value::{Coding, Decoding, Kept, Limits, Value, draft, give};

/// How much a compressed value may be.
const MOST: usize = 1 << 20;

/// Bytes that a store answered: read or refused, and what is read means what was written.
pub fn record(bytes: &[u8]) {
    match Found::parse(bytes.to_vec()) {
        Found::Value(stored) => value(&stored, bytes),
        Found::Busy(Token::Lease(nonce)) => assert_eq!(record::lease(nonce), bytes),
        Found::Busy(Token::Mark(id, events)) => {
            let written = record::mark(id);
            // Who writes and whether they are alone is for the scripts; a reader is told the id and the events.
            assert!(bytes.len() >= written.len() && bytes.len().is_multiple_of(16));
            assert_eq!((&bytes[..3], &bytes[4..20]), (&written[..3], &written[4..20]));
            assert_eq!(bytes[24..32], events.to_le_bytes());
        }
        Found::Tag(nonce, made) => assert_eq!(record::tag(nonce, made), bytes),
        Found::Unreadable(expected) => {
            assert_eq!(expected.length, bytes.len());
            assert!(
                bytes.starts_with(&expected.beginning) && expected.beginning.len() == bytes.len().min(20)
            );
        }
        found => assert!(bytes.is_empty(), "{found:?} is no record"),
    }
}

fn value(stored: &Stored, bytes: &[u8]) {
    let Stored::Bytes(record) = stored else { return };
    let mut written = stored.header().write(0);
    written.extend_from_slice(record.payload());
    assert_eq!(written, bytes, "written again it is the same");
    assert_eq!(stored.expected().length, bytes.len());
    decodes::<i64>(stored);
    decodes::<f64>(stored);
    decodes::<String>(stored);
    decodes::<(u8, Option<String>)>(stored);
    decodes::<Vec<u64>>(stored);
    decodes::<BTreeMap<String, Vec<Option<i32>>>>(stored);
    decodes::<serde_json::Value>(stored);
}

/// A payload that is taken for a `V` is the same one after it was written again.
fn decodes<V: Value + Debug>(stored: &Stored) {
    let coding = Coding::of::<V>();
    let Some(value) = decode(stored, coding, MOST) else { return };
    let limits = Limits { most: usize::MAX, compress: stored.encoding().1.map(|by| (by, 0)) };
    let again = draft(stored.header(), coding, &value, false, limits);
    let again = again
        .ok()
        .and_then(Stored::of)
        .and_then(|again| decode(&again, coding, usize::MAX))
        .and_then(give::<V>);
    // As text: what is no number is not even equal to itself.
    assert_eq!(format!("{again:?}"), format!("{:?}", give::<V>(value)));
}

/// Two lists of three values: their keys are the same where they are, and a pattern takes what it names and nothing else.
pub fn keys(one: [&str; 3], other: [&str; 3]) {
    let [a, b, c] = one;
    let (key, other_key) = (built((a, b, c)), built((other[0], other[1], other[2])));
    assert_eq!(one == other, key == other_key, "{key} {other_key}");
    for shown in [key.as_str(), other_key.as_str()] {
        let special = |c: char| c.is_whitespace() || c.is_control() || "*?[]\\{}".contains(c);
        assert!(!shown.contains(special) && shown.len() <= crate::MAX_KEY_BYTES, "{shown}");
    }
    let keys = (one, &key, other, &other_key);
    takes((a, b, Any), [true, true, false], keys);
    takes((a, Any, c), [true, false, true], keys);
    takes((Any, b, c), [false, true, true], keys);
    takes((a, Any, Any), [true, false, false], keys);
    takes((Any, Any, Any), [false, false, false], keys);
    // The same values inside composite parts.
    let nested = |[a, b, c]: [&str; 3]| built((vec![a, b], Some(c), (c, a)));
    assert_eq!(one == other, nested(one) == nested(other));
    assert_ne!(nested(one), key);
}

fn built(parts: impl KeyParts) -> Key {
    Key::build("fuzzing", parts)
}

type Keys<'a> = ([&'a str; 3], &'a Key, [&'a str; 3], &'a Key);

fn takes(parts: impl PatternParts, given: [bool; 3], (one, key, other, other_key): Keys<'_>) {
    let pattern = Key::pattern("fuzzing", parts);
    assert!(pattern.matches(key.as_str()), "{pattern} {key}");
    #[cfg(feature = "redis")]
    assert!(pattern.globs().iter().any(|glob| fits(glob, key.as_str())), "{pattern} would not find {key}");
    let named = (0..3).all(|at| !given[at] || one[at] == other[at]);
    let takes = pattern.matches(other_key.as_str());
    // Of a key that ends in a hash only the beginning is known: it may fall with its neighbours.
    let hashed = other_key.as_str().contains('#');
    assert!(takes == named || (takes && hashed), "{pattern} {other_key}");
    let tag = Key::tag("fuzzing", (one[0], one[1], one[2]));
    assert!(!pattern.matches(tag.as_str()), "{pattern} {tag}");
}

/// What a server makes of a glob in which only `*` is special: any text, separators too.
#[cfg(feature = "redis")]
fn fits(glob: &str, text: &str) -> bool {
    let Some((first, rest)) = glob.split_once('*') else { return glob == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let (middle, last) = rest.rsplit_once('*').map_or(("", rest), |(middle, last)| (middle, last));
    for piece in middle.split('*') {
        let Some(at) = text.find(piece) else { return false };
        text = &text[at + piece.len()..];
    }
    text.ends_with(last)
}

fn decode(stored: &Stored, coding: &'static Coding, most: usize) -> Option<Kept> {
    Decoding { coding, form: None, most }.kept(stored)
}
