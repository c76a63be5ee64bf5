//! What stands at a key, as bytes: the record format, version 1.
//!
//! A record is a **value**, a **lease** (someone is loading), a **write mark** (someone is writing) or a **tag**. All begin with
//! `0xCA`, a letter for which of them it is, and the format's version; `0xCA` and an ASCII letter are no UTF-8, so no text
//! that somebody else stored is taken for one. Integers are little-endian.
//!
//! | value | bytes | | lease | bytes | | write mark | bytes |
//! |---|---|---|---|---|---|---|---|
//! | `CA 76 01` | 0–2 | | `CA 6C 01` | 0–2 | | `CA 77 01` | 0–2 |
//! | codec, and 16 × compression | 3 | | 0 | 3 | | contended: 0 or 1 | 3 |
//! | stamp | 4–19 | | nonce | 4–19 | | id | 4–19 |
//! | created, ms | 20–27 | | | | | 0 | 20–23 |
//! | fresh until, ms | 28–35 | | | | | events | 24–31 |
//! | schema | 36–43 | | | | | the version that it replaced, 1 if there is one, 0 | 32–47 |
//! | type | 44–51 | | | | | the id of each writer | 48– |
//! | claim | 52–59 | | | | | | |
//! | load time, µs | 60–63 | | | | | | |
//! | flags | 64–65 | | | | | | |
//! | number of tags | 66–67 | | | | | | |
//! | the key's wyhash | 68–75 | | | | | | |
//! | the version, 8 bytes, where flag 2 says so | 76– | | | | | | |
//! | for each tag its nonce (16), its key's length (2), its key | | | | | | | |
//! | the payload | | | | | | | |
//!
//! Codecs are 1 for JSON, 2 for postcard, 3 for MessagePack; compressions 0 for none, 1 for LZ4, 2 for Zstandard. A compressed
//! payload begins with the length that it had before (4).
//!
//! A tag is `CA 74 01`, 0, its nonce (16), and when it was made (ms, 8).

#[cfg(feature = "__guard")]
mod alone;
mod claim;
#[cfg(test)]
mod encoding_tests;
mod header;
mod nonce;
mod raw;
mod stored;
#[cfg(test)]
mod tests;
mod wyhash;

#[cfg(feature = "__guard")]
pub use alone::RecordHeader;
pub(crate) use claim::{Claim, Over};
pub(crate) use header::{Header, Life, MOST_TAGS, Tag, Tags, key_hash};
pub(crate) use nonce::Nonce;
pub(crate) use stored::{Encoded, Stored};

use crate::value::Kept;

const MAGIC: u8 = 0xCA;
const VERSION: u8 = 1;
const VALUE: [u8; 3] = [MAGIC, b'v', VERSION];
const LEASE: [u8; 4] = [MAGIC, b'l', VERSION, 0];
const MARK: [u8; 3] = [MAGIC, b'w', VERSION];
const TAG: [u8; 4] = [MAGIC, b't', VERSION, 0];

/// What a read finds at a key.
#[derive(Debug)]
pub(crate) enum Found {
    Absent,
    Value(Stored),
    /// Someone is loading, or writing; the token tells their load or write from every other.
    Busy(Token),
    /// A tag's nonce, and when it was made.
    Tag(Nonce, u64),
    /// Bytes that are no record of this format: another program's, or another version's.
    Unreadable(Expected),
}

/// The identity of a load or of a state of a write.
///
/// A reader that has seen it in the store may share what comes of it: had there been an invalidation since, the
/// store would hold another one, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Lease(Nonce),
    /// A mark with the number of things that happened to it.
    Mark(Nonce, u64),
    /// The stamp of a value that is being loaded anew. It stands there for as long as nothing was invalidated.
    Value(Nonce),
}

/// A value as the store will keep it: the memory store keeps the value itself.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Typed(Kept),
    /// The whole record.
    Bytes(Vec<u8>),
}

/// A value on its way into the store.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) header: Header,
    pub(crate) body: Body,
    /// The payload's size in bytes, encoded.
    pub(crate) size: usize,
}

/// Which bytes a compare-and-set expects: the beginning and the length. A record's beginning holds its stamp, which no
/// other record has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) beginning: Vec<u8>,
    pub(crate) length: usize,
}

/// Bytes of the beginning that a compare-and-set looks at: up to the end of a stamp.
const EXPECTED_BYTES: usize = 20;

impl Expected {
    /// The stamp, where it is a value's.
    pub(crate) fn stamp(&self) -> Option<Nonce> {
        let value = self.beginning.starts_with(&VALUE).then_some(&self.beginning)?;
        Nonce::from_bytes(value.get(4..)?)
    }

    /// What a compare-and-set expects where a lease stands.
    pub(crate) fn lease(nonce: Nonce) -> Expected {
        Expected::of(&lease(nonce))
    }

    pub(crate) fn of(bytes: &[u8]) -> Expected {
        Expected { beginning: bytes[..bytes.len().min(EXPECTED_BYTES)].to_vec(), length: bytes.len() }
    }
}

impl Found {
    /// Reads a record. Never fails: what is no record is unreadable.
    #[inline(always)]
    pub(crate) fn parse(bytes: Vec<u8>) -> Found {
        // Most are values without tags. Their way is so short that it is inlined where they come from, and moves nothing.
        match Encoded::untagged(bytes) {
            Ok(record) => Found::Value(Stored::Bytes(record)),
            Err(bytes) => Found::parse_other(bytes),
        }
    }

    /// What is no value without tags.
    #[inline(never)]
    fn parse_other(bytes: Vec<u8>) -> Found {
        if bytes.starts_with(&VALUE) {
            match Encoded::parse(bytes) {
                Ok(record) => Found::Value(Stored::Bytes(record)),
                Err(bytes) => Found::Unreadable(Expected::of(&bytes)),
            }
        } else {
            parse_short(&bytes).unwrap_or_else(|| Found::Unreadable(Expected::of(&bytes)))
        }
    }
}

fn parse_short(bytes: &[u8]) -> Option<Found> {
    let nonce = Nonce::from_bytes(bytes.get(4..20)?)?;
    if bytes.starts_with(&LEASE) && bytes.len() == 20 {
        Some(Found::Busy(Token::Lease(nonce)))
    } else if bytes.starts_with(&MARK) && bytes.len() >= 64 && bytes.len().is_multiple_of(16) {
        Some(Found::Busy(Token::Mark(nonce, u64::from_le_bytes(*bytes[24..].first_chunk()?))))
    } else if bytes.starts_with(&TAG) && bytes.len() == 28 {
        Some(Found::Tag(nonce, u64::from_le_bytes(bytes[20..].try_into().ok()?)))
    } else {
        None
    }
}

/// The bytes of a lease.
pub(crate) fn lease(nonce: Nonce) -> Vec<u8> {
    [&LEASE[..], &nonce.to_bytes()].concat()
}

/// The bytes of a tag that is made at `now`.
pub(crate) fn tag(nonce: Nonce, now: u64) -> Vec<u8> {
    [&TAG[..], &nonce.to_bytes(), &now.to_le_bytes()].concat()
}

/// The bytes of a mark with one writer, who gives it its id.
pub(crate) fn mark(writer: Nonce) -> Vec<u8> {
    let id = writer.to_bytes();
    [&MARK[..], &[0], &id, &[0; 4], &0_u64.to_le_bytes(), &[0; 16], &id].concat()
}
