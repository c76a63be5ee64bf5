//! A value's header as it lies in its record.

use std::sync::Arc;

#[cfg(any(test, fuzzing, feature = "__guard"))]
use super::Header;
use super::header::{
    CLAIM_AT, FLAG_NONE, FLAG_VERSION, FLAGS, HEADER_BYTES, Life, MOST_TAGS, Tag, Tags, parse_encoding,
};
use super::{Claim, Nonce, VALUE};
use crate::encoding::{Codec, Compression};
use crate::value::Fingerprint;

/// A value's header where it lies, in a record that was found to be one. Most readers ask for a part of it.
#[derive(Clone, Copy)]
pub(super) struct RawHeader<'a> {
    fixed: &'a [u8; HEADER_BYTES],
    rest: &'a [u8],
}

impl<'a> RawHeader<'a> {
    /// In place of one that is cut off, where nobody has one.
    pub(super) const NONE: RawHeader<'static> = RawHeader { fixed: &[0; HEADER_BYTES], rest: &[] };

    /// `None`: cut off.
    #[inline]
    pub(super) fn of(record: &'a [u8]) -> Option<RawHeader<'a>> {
        record.split_first_chunk().map(|(fixed, rest)| RawHeader { fixed, rest })
    }

    /// Where the payload of a value without tags begins. `None`: it has some, or is no value of this version, or cut off.
    #[inline]
    pub(super) fn untagged(self) -> Option<usize> {
        match self.sizes() {
            Some((version, 0)) => Some(HEADER_BYTES + version),
            _ => None,
        }
    }

    /// Where the payload begins, and the tags before it. `None`: no header of this version, or cut off.
    pub(super) fn check(self) -> Option<(usize, Tags)> {
        let (version, count) = self.sizes()?;
        let mut rest = Rest(self.rest.get(version..)?);
        let tags = if count == 0 { None } else { Some(rest.tags(count)?) };
        Some((HEADER_BYTES + self.rest.len() - rest.0.len(), tags))
    }

    /// How many bytes the version takes, and how many tags there are. `None`: no header of this version, or cut off.
    #[inline]
    fn sizes(self) -> Option<(usize, usize)> {
        let (flags, count) = (self.flags(), usize::from(u16::from_le_bytes(self.at::<66, 2>())));
        let version = if flags & FLAG_VERSION == 0 { 0 } else { 8 };
        let is_known = self.fixed.starts_with(&VALUE)
            && flags & !FLAGS == 0
            && count <= MOST_TAGS
            && parse_encoding(self.fixed[3]).is_some()
            && version <= self.rest.len();
        is_known.then_some((version, count))
    }

    /// So many bytes from there on, which is checked when it is compiled.
    #[inline]
    fn at<const AT: usize, const SIZE: usize>(self) -> [u8; SIZE] {
        const { assert!(AT + SIZE <= HEADER_BYTES) };
        let mut bytes = [0; SIZE];
        bytes.copy_from_slice(&self.fixed[AT..AT + SIZE]);
        bytes
    }

    fn flags(self) -> u16 {
        u16::from_le_bytes(self.at::<64, 2>())
    }

    #[inline]
    pub(super) fn encoding(self) -> (Codec, Option<Compression>) {
        // What is none was found to be no header.
        parse_encoding(self.fixed[3]).unwrap_or((Codec::Json, None))
    }

    pub(super) fn stamp(self) -> Nonce {
        Nonce::of(self.at::<4, 16>())
    }

    #[inline]
    pub(super) fn created(self) -> u64 {
        u64::from_le_bytes(self.at::<20, 8>())
    }

    #[inline]
    pub(super) fn life(self) -> Life {
        Life {
            fresh_until: u64::from_le_bytes(self.at::<28, 8>()),
            load_micros: u32::from_le_bytes(self.at::<60, 4>()),
            none: self.flags() & FLAG_NONE != 0,
        }
    }

    #[inline]
    pub(super) fn fingerprint(self) -> Fingerprint {
        Fingerprint {
            schema: u64::from_le_bytes(self.at::<36, 8>()),
            type_name: u64::from_le_bytes(self.at::<44, 8>()),
        }
    }

    pub(super) fn claim(self) -> Claim {
        Claim::from_bits(u64::from_le_bytes(self.at::<CLAIM_AT, 8>()))
    }

    #[inline]
    pub(super) fn key_hash(self) -> u64 {
        u64::from_le_bytes(self.at::<68, 8>())
    }

    /// All of it, with the tags that `check` has found.
    #[cfg(any(test, fuzzing, feature = "__guard"))]
    pub(super) fn header(self, tags: Tags) -> Header {
        let ((codec, compression), Life { fresh_until, load_micros, none }) = (self.encoding(), self.life());
        let version = self.rest.first_chunk().filter(|_| self.flags() & FLAG_VERSION != 0);
        Header {
            codec,
            compression,
            stamp: self.stamp(),
            created: self.created(),
            fresh_until,
            fingerprint: self.fingerprint(),
            claim: self.claim(),
            load_micros,
            none,
            key_hash: self.key_hash(),
            version: version.map(|version| u64::from_le_bytes(*version)),
            tags,
        }
    }
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn tags(&mut self, count: usize) -> Option<Arc<[Tag]>> {
        (0..count).map(|_| self.tag()).collect()
    }

    /// Its length is checked before anything is allocated for it.
    fn tag(&mut self) -> Option<Tag> {
        let nonce = Nonce::from_bytes(self.take(16)?)?;
        let length = u16::from_le_bytes(*self.take(2)?.first_chunk()?);
        let key = std::str::from_utf8(self.take(usize::from(length))?).ok()?;
        Some(Tag { key: key.into(), nonce })
    }
}
