//! Golden files: records as earlier releases wrote them must be read for as long as their format version is known.

use proptest::prelude::*;

use super::*;
use crate::value::Fingerprint;

fn nonce(byte: u8) -> Nonce {
    Nonce::from_bytes(&[byte; 16]).unwrap_or_else(Nonce::new)
}

fn tag(byte: u8) -> Tag {
    Tag { key: format!("ns:v1:#tag:{byte}").into(), nonce: nonce(byte) }
}

fn header(none: bool, tags: Vec<Tag>) -> Header {
    Header {
        codec: Codec::Json,
        stamp: nonce(0x11),
        created: 1_700_000_000_000,
        fresh_until: 1_700_001_800_000,
        fingerprint: Fingerprint { schema: 0x0123_4567_89ab_cdef, type_name: 0xfedc_ba98_7654_3210 },
        claim: Claim::Free,
        load_micros: 1500,
        none,
        version: None,
        tags: (!tags.is_empty()).then(|| tags.into()),
    }
}

fn value(header: &Header, payload: &[u8]) -> Vec<u8> {
    let mut record = header.write(payload.len());
    record.extend_from_slice(payload);
    record
}

const GOLDEN_VALUE: &[u8] = include_bytes!("golden/v1-value.bin");
const GOLDEN_NONE: &[u8] = include_bytes!("golden/v1-none.bin");
const GOLDEN_TAGGED: &[u8] = include_bytes!("golden/v1-tagged.bin");
const GOLDEN_VERSIONED: &[u8] = include_bytes!("golden/v1-versioned.bin");
const GOLDEN_TAG: &[u8] = include_bytes!("golden/v1-tag.bin");
const GOLDEN_LEASE: &[u8] = include_bytes!("golden/v1-lease.bin");
const GOLDEN_MARK: &[u8] = include_bytes!("golden/v1-mark.bin");

#[test]
fn what_is_written_today_is_the_golden_files() {
    assert_eq!(value(&header(false, vec![]), b"{\"id\":7}"), GOLDEN_VALUE);
    assert_eq!(value(&header(true, vec![]), b"null"), GOLDEN_NONE);
    assert_eq!(value(&header(false, vec![tag(2), tag(3)]), b"[]"), GOLDEN_TAGGED);
    assert_eq!(lease(nonce(0x22)), GOLDEN_LEASE);
    assert_eq!(mark(nonce(0x33)), GOLDEN_MARK);
    assert_eq!(super::tag(nonce(0x44), 1_700_000_000_000), GOLDEN_TAG);
    let versioned = Header { version: Some(7), ..header(false, vec![tag(2)]) };
    assert_eq!(value(&versioned, b"{}"), GOLDEN_VERSIONED);
}

#[test]
fn the_golden_files_are_read() {
    let read = |golden: &[u8]| match Found::parse(golden.to_vec()) {
        Found::Value(Stored { header, body: Body::Bytes(record, payload) }) => {
            Some((header, record[payload..].to_vec()))
        }
        _ => None,
    };
    assert_eq!(read(GOLDEN_VALUE), Some((header(false, vec![]), b"{\"id\":7}".to_vec())));
    assert_eq!(read(GOLDEN_NONE), Some((header(true, vec![]), b"null".to_vec())));
    assert_eq!(read(GOLDEN_TAGGED), Some((header(false, vec![tag(2), tag(3)]), b"[]".to_vec())));
    let versioned = Header { version: Some(7), ..header(false, vec![tag(2)]) };
    assert_eq!(read(GOLDEN_VERSIONED), Some((versioned, b"{}".to_vec())));
    assert!(
        matches!(Found::parse(GOLDEN_TAG.to_vec()), Found::Tag(made, at) if made == nonce(0x44) && at == 1_700_000_000_000)
    );
    assert!(
        matches!(Found::parse(GOLDEN_LEASE.to_vec()), Found::Busy(Token::Lease(held)) if held == nonce(0x22))
    );
    assert!(
        matches!(Found::parse(GOLDEN_MARK.to_vec()), Found::Busy(Token::Mark(id, 0)) if id == nonce(0x33))
    );
}

#[test]
fn other_versions_codecs_and_flags_are_unreadable() {
    for (at, byte) in [(0, 0xcb), (1, b'x'), (2, 2), (3, 99), (64, 4), (65, 1)] {
        let mut record = GOLDEN_VALUE.to_vec();
        record[at] = byte;
        assert!(matches!(Found::parse(record), Found::Unreadable(_)), "byte {at}");
    }
    for (golden, at) in [(GOLDEN_LEASE, 2), (GOLDEN_MARK, 2), (GOLDEN_LEASE, 3)] {
        let mut record = golden.to_vec();
        record[at] = 9;
        assert!(matches!(Found::parse(record), Found::Unreadable(_)));
    }
}

#[test]
fn a_record_that_is_cut_off_is_unreadable() {
    for golden in [GOLDEN_VALUE, GOLDEN_TAGGED, GOLDEN_VERSIONED, GOLDEN_LEASE, GOLDEN_MARK, GOLDEN_TAG] {
        let header = match Header::parse(golden) {
            Some((_, payload)) => payload,
            None => golden.len(),
        };
        for length in 0..header {
            assert!(
                matches!(Found::parse(golden[..length].to_vec()), Found::Unreadable(_)),
                "{length} bytes"
            );
        }
    }
}

#[test]
fn text_is_never_taken_for_a_record() {
    for text in ["", "hello", "{\"id\":7}", "Êv", "\u{2ca}"] {
        assert!(matches!(Found::parse(text.into()), Found::Unreadable(_)));
    }
}

#[test]
fn a_record_that_promises_more_tags_than_it_has_is_unreadable() {
    let mut record = GOLDEN_VALUE.to_vec();
    record[66..68].copy_from_slice(&u16::MAX.to_le_bytes());
    assert!(matches!(Found::parse(record), Found::Unreadable(_)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// Any bytes, and good records with some bytes changed: read or refused, without a panic.
    #[test]
    fn hostile_bytes_are_read_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        start in prop::sample::select(vec![&b""[..], &VALUE, &LEASE, &MARK, GOLDEN_VALUE, GOLDEN_TAGGED]),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut record = [start, &bytes].concat();
        if !record.is_empty() {
            for (at, byte) in changes {
                let at = at.index(record.len());
                record[at] = byte;
            }
        }
        let length = record.len();
        match Found::parse(record) {
            Found::Value(Stored { header, body: Body::Bytes(_, payload) }) => {
                prop_assert!(payload <= length);
                let tags = header.tags.as_deref().unwrap_or_default();
                prop_assert!(tags.iter().map(|tag| 18 + tag.key.len()).sum::<usize>() <= length);
            }
            Found::Unreadable(expected) => prop_assert!(expected.beginning.len() <= 20 && expected.length == length),
            Found::Busy(_) => prop_assert!(length == 20 || length == 32),
            Found::Tag(..) => prop_assert!(length == 28),
            found => prop_assert!(false, "{:?}", found),
        }
    }

    #[test]
    fn a_header_is_read_as_it_was_written(
        created in any::<u64>(), fresh_until in any::<u64>(), claim in any::<u64>(), version in any::<Option<u64>>(), load_micros in any::<u32>(),
        none in any::<bool>(), tags in proptest::collection::vec(any::<u8>(), 0..5), payload in proptest::collection::vec(any::<u8>(), 0..50),
    ) {
        let claim = Claim::from_bits(claim);
        let header = Header { created, fresh_until, claim, load_micros, version, ..header(none, tags.into_iter().map(tag).collect()) };
        let record = value(&header, &payload);
        let parsed = Header::parse(&record).map(|(header, at)| (header, record[at..].to_vec()));
        prop_assert_eq!(parsed, Some((header, payload)));
    }
}
