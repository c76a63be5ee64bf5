//! A value's header.

use std::sync::Arc;

#[cfg(any(test, fuzzing, feature = "__guard"))]
use super::raw::RawHeader;
use super::wyhash::wyhash;
use super::{Claim, EXPECTED_BYTES, Nonce, VALUE};
use crate::encoding::{Codec, Compression};
use crate::key::Key;
use crate::value::Fingerprint;

/// A header without version and tags.
pub(super) const HEADER_BYTES: usize = 76;

/// The answer `None`, kept as a value.
pub(super) const FLAG_NONE: u16 = 1;
/// A value with a version of its source.
pub(super) const FLAG_VERSION: u16 = 2;
pub(super) const FLAGS: u16 = FLAG_NONE | FLAG_VERSION;

/// Where the claim stands, which scripts change in place.
pub(super) const CLAIM_AT: usize = 52;

/// More tags than anybody declares.
pub(crate) const MOST_TAGS: usize = 64;

/// The byte that says how a payload is encoded: the codec in its lower half, the compression in its upper one.
fn encoding_byte(codec: Codec, compression: Option<Compression>) -> u8 {
    let codec = match codec {
        Codec::Json => 1,
        Codec::Postcard => 2,
        Codec::MsgPack => 3,
    };
    let compression = match compression {
        None => 0,
        Some(Compression::Lz4) => 1,
        Some(Compression::Zstd) => 2,
    };
    compression << 4 | codec
}

/// Known to every build, whether or not it can decode them.
pub(super) fn parse_encoding(byte: u8) -> Option<(Codec, Option<Compression>)> {
    let codec = match byte & 0x0F {
        1 => Codec::Json,
        2 => Codec::Postcard,
        3 => Codec::MsgPack,
        _ => return None,
    };
    let compression = match byte >> 4 {
        0 => None,
        1 => Some(Compression::Lz4),
        2 => Some(Compression::Zstd),
        _ => return None,
    };
    Some((codec, compression))
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Header {
    pub(crate) codec: Codec,
    /// What the encoded value is compressed with.
    pub(crate) compression: Option<Compression>,
    /// Tells this value from every other one.
    pub(crate) stamp: Nonce,
    /// When it was made, in milliseconds since 1970 of the store's clock.
    pub(crate) created: u64,
    /// Until when it is fresh, in milliseconds since 1970 of the store's clock.
    pub(crate) fresh_until: u64,
    pub(crate) fingerprint: Fingerprint,
    /// Who loads it anew.
    pub(crate) claim: Claim,
    /// How long it took to load, in microseconds.
    pub(crate) load_micros: u32,
    /// Whether it stands for the answer `None`.
    pub(crate) none: bool,
    /// Which key it was written for: [`key_hash`].
    pub(crate) key_hash: u64,
    /// The version that its source gives it, of two values of one entry the larger for the newer one.
    pub(crate) version: Option<u64>,
    /// Its tags as they were before the load.
    pub(crate) tags: Tags,
}

/// None in most values.
pub(crate) type Tags = Option<Arc<[Tag]>>;

/// A value is good for as long as each of its tags has the nonce that it had before the load.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tag {
    pub(crate) key: Box<str>,
    pub(crate) nonce: Nonce,
}

/// Tells a value that was written for one key from those of others. A client or a proxy that pairs requests and answers wrongly
/// gives a reader another key's value, of the same type perhaps: redis-py did in March 2023
/// (<https://github.com/redis/redis-py/issues/2624>), after a call was cancelled.
pub(crate) fn key_hash(key: &Key) -> u64 {
    wyhash(key.as_bytes(), 0)
}

/// How long a value is of use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    /// In milliseconds since 1970 of the store's clock.
    pub(crate) fresh_until: u64,
    /// How long it took to load, in microseconds.
    pub(crate) load_micros: u32,
    /// Whether it stands for the answer `None`.
    pub(crate) none: bool,
}

impl Header {
    /// All of a record's header, and where the payload begins. `None`: not a header of this version, or cut off.
    #[cfg(any(test, fuzzing, feature = "__guard"))]
    pub(crate) fn parse(record: &[u8]) -> Option<(Header, usize)> {
        let raw = RawHeader::of(record)?;
        let (payload, tags) = raw.check()?;
        Some((raw.header(tags), payload))
    }

    pub(crate) fn life(&self) -> Life {
        Life { fresh_until: self.fresh_until, load_micros: self.load_micros, none: self.none }
    }

    /// The header's bytes, with room for a payload of `payload` bytes.
    pub(crate) fn write(&self, payload: usize) -> Vec<u8> {
        let tags = self.tags.as_deref().unwrap_or_default();
        let tag_bytes: usize = tags.iter().map(|tag| 18 + tag.key.len()).sum();
        let mut record = Vec::with_capacity(HEADER_BYTES + 8 + tag_bytes + payload);
        record.extend_from_slice(&self.beginning());
        record.extend_from_slice(&self.created.to_le_bytes());
        record.extend_from_slice(&self.fresh_until.to_le_bytes());
        record.extend_from_slice(&self.fingerprint.schema.to_le_bytes());
        record.extend_from_slice(&self.fingerprint.type_name.to_le_bytes());
        record.extend_from_slice(&self.claim.to_bits().to_le_bytes());
        record.extend_from_slice(&self.load_micros.to_le_bytes());
        let version = if self.version.is_some() { FLAG_VERSION } else { 0 };
        record.extend_from_slice(&(u16::from(self.none) | version).to_le_bytes());
        // Their number is bounded where they are declared and where they are named.
        record.extend_from_slice(&(tags.len() as u16).to_le_bytes());
        record.extend_from_slice(&self.key_hash.to_le_bytes());
        if let Some(version) = self.version {
            record.extend_from_slice(&version.to_le_bytes());
        }
        for Tag { key, nonce } in tags {
            record.extend_from_slice(&nonce.to_bytes());
            record.extend_from_slice(&(key.len() as u16).to_le_bytes());
            record.extend_from_slice(key.as_bytes());
        }
        record
    }

    /// The bytes up to the end of the stamp: what tells this value from every other one.
    pub(crate) fn beginning(&self) -> Vec<u8> {
        let mut beginning = Vec::with_capacity(EXPECTED_BYTES);
        beginning.extend_from_slice(&VALUE);
        beginning.push(encoding_byte(self.codec, self.compression));
        beginning.extend_from_slice(&self.stamp.to_bytes());
        beginning
    }
}
