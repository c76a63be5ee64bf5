//! Every codec and compression: golden files, what is refused, and hostile bytes.
#![cfg(all(feature = "postcard", feature = "msgpack", feature = "lz4", feature = "zstd"))]
#![allow(clippy::panic, reason = "a test that fails has to fail")]

use std::path::Path;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::header::HEADER_BYTES;
use super::*;
use crate::encoding::{Codec, Compression};
use crate::value::{Coding, Decoding, Fingerprint, Kept, Limits, draft, give, keep};

/// What all golden files hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Post {
    id: u64,
    title: String,
    tags: Vec<String>,
    score: Option<f64>,
}

fn post() -> Post {
    Post { id: 7, title: "a b c ".repeat(20), tags: vec!["one".into(), "two".into()], score: Some(0.5) }
}

fn header(codec: Codec) -> Header {
    Header {
        codec,
        compression: None,
        stamp: Nonce::from_bytes(&[0x11; 16]).unwrap_or_else(Nonce::new),
        created: 1_700_000_000_000,
        fresh_until: 1_700_001_800_000,
        fingerprint: Fingerprint { schema: 0x0123_4567_89ab_cdef, type_name: 0xfedc_ba98_7654_3210 },
        claim: Claim::Free,
        key_hash: 0x1122_3344_5566_7788,
        load_micros: 1500,
        none: false,
        version: None,
        tags: None,
    }
}

const MOST: usize = 1 << 20;

fn written<V: crate::value::Value>(codec: Codec, compress: Option<Compression>, value: &V) -> Vec<u8> {
    let limits = Limits { most: MOST, compress: compress.map(|by| (by, 1)) };
    match draft(header(codec), Coding::of::<V>(), &keep(value.clone()), false, limits) {
        Ok(Draft { body: Body::Bytes(record), .. }) => record,
        other => panic!("{other:?}"),
    }
}

fn read<V: crate::value::Value>(record: &[u8], most: usize) -> Option<V> {
    match Found::parse(record.to_vec()) {
        Found::Value(stored) => decode(&stored, Coding::of::<V>(), most).and_then(give),
        _ => None,
    }
}

const CODECS: [Codec; 3] = [Codec::Json, Codec::Postcard, Codec::MsgPack];
const COMPRESSIONS: [Option<Compression>; 3] = [None, Some(Compression::Lz4), Some(Compression::Zstd)];

fn every() -> impl Iterator<Item = (Codec, Option<Compression>)> {
    CODECS.into_iter().flat_map(|codec| COMPRESSIONS.map(|compression| (codec, compression)))
}

/// `CACHE_BLESS=1` writes those that are missing; one that is there never changes. What a compressor makes of the same bytes may
/// differ from release to release, so that for those it is the reading that counts.
#[test]
fn the_golden_files_of_every_encoding_are_read_and_are_what_is_written() {
    for (codec, compression) in every().filter(|every| *every != (Codec::Json, None)) {
        let by = compression.map_or(String::new(), |by| format!("-{}", by.name()));
        let name = format!("v1-{}{by}.bin", codec.name());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/record/golden").join(&name);
        let record = written(codec, compression, &post());
        if std::env::var_os("CACHE_BLESS").is_some() && !path.exists() {
            assert!(std::fs::write(&path, &record).is_ok(), "{name}");
        }
        let golden = std::fs::read(&path).unwrap_or_default();
        assert_eq!(read(&golden, MOST), Some(post()), "{name}");
        if compression.is_none() {
            assert_eq!(golden, record, "{name}");
        }
    }
}

#[test]
fn what_compression_makes_larger_stays_as_it_is() {
    for compression in [Compression::Lz4, Compression::Zstd] {
        let record = written(Codec::Json, Some(compression), &7_u64);
        assert_eq!(record, written(Codec::Json, None, &7_u64));
        let smaller = written(Codec::Json, Some(compression), &post());
        assert!(smaller.len() < written(Codec::Json, None, &post()).len());
    }
}

// Bites: fails without `size > above` in draft (value/codec.rs).
#[test]
fn what_is_not_above_the_bound_is_not_compressed() {
    let value = keep("a".repeat(98));
    for (above, compressed) in [(99, true), (100, false)] {
        let limits = Limits { most: MOST, compress: Some((Compression::Lz4, above)) };
        let draft = draft(header(Codec::Json), Coding::of::<String>(), &value, false, limits)
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(draft.header.compression.is_some(), compressed, "above {above}");
    }
}

#[test]
fn an_unknown_codec_or_compression_is_unreadable() {
    for byte in [0x00, 0x04, 0x10, 0x31, 0xF1, 0x14] {
        let mut record = written(Codec::Json, None, &post());
        record[3] = byte;
        assert!(matches!(Found::parse(record), Found::Unreadable(_)), "{byte:02x}");
    }
}

#[test]
fn bytes_behind_a_value_are_no_part_of_it() {
    for codec in CODECS {
        let mut record = written(codec, None, &post());
        assert_eq!(read(&record, MOST), Some(post()));
        record.push(b'0');
        assert_eq!(read::<Post>(&record, MOST), None, "{codec:?}");
    }
}

// Bites: fails without `length > most` in unpack (value/compress.rs), and its second half without the comparison with `most_ratio(…)`.
#[test]
fn a_length_that_nothing_stands_behind_allocates_nothing() {
    for compression in [Compression::Lz4, Compression::Zstd] {
        let record = written(Codec::Json, Some(compression), &"a".repeat(1000));
        let Some((_, payload)) = Header::parse(&record) else { panic!("a header") };
        for (claims, most) in [(u32::MAX, MOST), (MOST as u32 + 1, MOST), (1003, 1002)] {
            let mut record = record.clone();
            record[payload..payload + 4].copy_from_slice(&claims.to_le_bytes());
            let Found::Value(stored) = Found::parse(record) else { panic!("a value") };
            let asked = allocation_counter::measure(|| {
                assert!(decode(&stored, Coding::of::<String>(), most).is_none())
            });
            assert!(asked.bytes_max < 1000, "{} bytes for {claims}", asked.bytes_max);
        }
        // Within the bound, but more than so few bytes can stand for.
        let mut record = header(Codec::Json).write(8);
        record[3] = if compression == Compression::Lz4 { 0x11 } else { 0x21 };
        record.extend_from_slice(&[0, 0, 0x10, 0, 0]);
        let Found::Value(stored) = Found::parse(record) else { panic!("a value") };
        let asked =
            allocation_counter::measure(|| assert!(decode(&stored, Coding::of::<String>(), MOST).is_none()));
        assert!(asked.bytes_max < 1000, "{} bytes", asked.bytes_max);
    }
}

/// As many levels as bytes; a test's thread has 2 MiB of stack.
// Bites: overflows it without `set_max_depth(…)` in read (value/encode.rs).
#[test]
fn deep_nesting_is_refused() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Chain(Option<Box<Chain>>, [u64; 16]);
    let mut record = header(Codec::MsgPack).write(0);
    record.resize(record.len() + 1_000_000, 0x92);
    assert_eq!(read::<Chain>(&record, MOST), None);
}

/// A codec without names can't bound these; they are refused before the first byte is read.
#[test]
fn types_that_need_names_are_refused() {
    use crate::CacheValue;
    use crate::value::{by_name, by_schema};
    #[derive(CacheValue)]
    #[cache(crate = crate)]
    struct Plain {
        _field: Vec<Option<String>>,
    }
    #[derive(Serialize, CacheValue)]
    #[cache(crate = crate)]
    struct Skipping {
        #[serde(skip_serializing_if = "Option::is_none")]
        _field: Option<u8>,
    }
    #[derive(CacheValue)]
    #[cache(crate = crate)]
    struct Recursive {
        _more: Vec<Recursive>,
    }
    #[derive(CacheValue)]
    #[cache(crate = crate)]
    struct Empty {}
    #[derive(CacheValue)]
    #[cache(crate = crate)]
    struct Twice {
        _one: Plain,
        _other: Plain,
    }
    #[derive(Serialize, CacheValue)]
    #[cache(crate = crate)]
    #[serde(tag = "kind")]
    enum Tagged {
        _One { id: u8 },
    }
    assert_eq!(by_schema::<Plain>().positional(), Ok(true));
    assert_eq!(by_schema::<Twice>().positional(), Ok(true), "again is not recursive");
    assert_eq!(by_name::<Plain>().positional(), Ok(false));
    for shape in [
        by_schema::<Skipping>(),
        by_schema::<Recursive>(),
        by_schema::<Vec<Empty>>(),
        by_schema::<Vec<()>>(),
        by_schema::<Tagged>(),
        by_schema::<Option<Vec<Tagged>>>(),
    ] {
        assert!(shape.positional().is_err());
    }
}

/// Records of every encoding that were changed, cut off or lengthened.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let records: Vec<Vec<u8>> =
        every().map(|(codec, compression)| written(codec, compression, &post())).collect();
    let kept = prop_oneof![3 => Just(None), 1 => any::<prop::sample::Index>().prop_map(Some)];
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    let end = proptest::collection::vec(any::<u8>(), 0..20);
    (prop::sample::select(records), 0..4_u8, kept, changes, end).prop_map(
        |(mut record, codec, kept, changes, end)| {
            if let Some(kept) = kept {
                record.truncate(kept.index(record.len()) + 1);
            }
            if codec > 0 && record.len() > 3 {
                record[3] = record[3] & 0xF0 | codec;
            }
            // The payload is where the encodings differ.
            let length = record.len();
            for (at, byte) in changes {
                let at = if length > HEADER_BYTES {
                    HEADER_BYTES + at.index(length - HEADER_BYTES)
                } else {
                    at.index(length)
                };
                record[at] = byte;
            }
            record.extend(end);
            record
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn hostile_bytes_of_every_encoding_are_read_or_refused(record in hostile()) {
        crate::fuzzing::record(&record);
    }

    /// What serde itself sets aside for a promised length is a mebibyte a list; nothing is set aside for what the length says.
    #[test]
    fn hostile_bytes_take_no_more_than_their_bound(record in hostile()) {
        const LARGEST: u64 = 64 << 10;
        if let Found::Value(stored) = Found::parse(record) {
            let asked = allocation_counter::measure(|| drop(decode(&stored, Coding::of::<Post>(), LARGEST as usize)));
            prop_assert!(asked.bytes_max <= 2 * LARGEST + (1 << 20), "{}", asked.bytes_max);
        }
    }

    #[test]
    fn every_encoding_gives_back_what_it_was_given(
        id in any::<u64>(), title in ".*", tags in proptest::collection::vec(".*", 0..5), score in any::<Option<f64>>(),
    ) {
        let post = Post { id, title, tags, score };
        for (codec, compression) in every() {
            // JSON has no word for what is no number.
            prop_assume!(post.score.is_none_or(f64::is_finite));
            prop_assert_eq!(read::<Post>(&written(codec, compression, &post), MOST), Some(post.clone()));
        }
    }
}

fn decode(stored: &Stored, coding: &'static Coding, most: usize) -> Option<Kept> {
    Decoding { coding, form: None, most }.kept(stored)
}
