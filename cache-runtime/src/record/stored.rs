//! A value as it was found.

use super::raw::RawHeader;
use super::{Claim, Expected, Header, Life, Nonce, Tag, Tags};
use crate::encoding::{Codec, Compression};
use crate::value::{Fingerprint, Kept, Shape, length_before};

/// A value with its header.
#[derive(Debug)]
pub(crate) enum Stored {
    /// As the memory store keeps it.
    Typed(Header, Kept),
    /// As a server does.
    Bytes(Encoded),
}

/// The record of a value. Its header stays where it is: of a hundred values that are read at once each is asked for a third of it.
#[derive(Debug)]
pub(crate) struct Encoded {
    bytes: Vec<u8>,
    payload: usize,
    tags: Tags,
}

impl Encoded {
    /// The bytes, where they are none.
    pub(super) fn parse(bytes: Vec<u8>) -> Result<Encoded, Vec<u8>> {
        match RawHeader::of(&bytes).and_then(RawHeader::check) {
            Some((payload, tags)) => Ok(Encoded { bytes, payload, tags }),
            None => Err(bytes),
        }
    }

    /// The same of a value without tags: for all others it gives the bytes back.
    #[inline]
    pub(super) fn untagged(bytes: Vec<u8>) -> Result<Encoded, Vec<u8>> {
        match RawHeader::of(&bytes).and_then(RawHeader::untagged) {
            Some(payload) => Ok(Encoded { bytes, payload, tags: None }),
            None => Err(bytes),
        }
    }

    #[inline]
    pub(crate) fn payload(&self) -> &[u8] {
        self.bytes.get(self.payload..).unwrap_or_default()
    }

    /// How many bytes longer its payload was before it was compressed. Of a value that was decoded: nobody else has checked what
    /// the record claims.
    pub(crate) fn compressed_away(&self) -> usize {
        self.header().encoding().1.map_or(0, |_| length_before(self.payload()))
    }

    #[inline]
    fn header(&self) -> RawHeader<'_> {
        // What is cut off was found to be no record.
        RawHeader::of(&self.bytes).unwrap_or(RawHeader::NONE)
    }
}

impl Stored {
    /// What the payload is encoded and compressed with.
    #[inline]
    pub(crate) fn encoding(&self) -> (Codec, Option<Compression>) {
        match self {
            Stored::Typed(header, _) => (header.codec, header.compression),
            Stored::Bytes(record) => record.header().encoding(),
        }
    }

    /// What tells this value from every other one.
    pub(crate) fn stamp(&self) -> Nonce {
        match self {
            Stored::Typed(header, _) => header.stamp,
            Stored::Bytes(record) => record.header().stamp(),
        }
    }

    /// When it was made, in milliseconds since 1970 of the store's clock.
    #[inline]
    pub(crate) fn created(&self) -> u64 {
        match self {
            Stored::Typed(header, _) => header.created,
            Stored::Bytes(record) => record.header().created(),
        }
    }

    #[inline]
    pub(crate) fn life(&self) -> Life {
        match self {
            Stored::Typed(header, _) => header.life(),
            Stored::Bytes(record) => record.header().life(),
        }
    }

    /// Who loads it anew.
    pub(crate) fn claim(&self) -> Claim {
        match self {
            Stored::Typed(header, _) => header.claim,
            Stored::Bytes(record) => record.header().claim(),
        }
    }

    /// Its tags as they were before the load.
    #[inline]
    pub(crate) fn tags(&self) -> &[Tag] {
        let (Stored::Typed(Header { tags, .. }, _) | Stored::Bytes(Encoded { tags, .. })) = self;
        tags.as_deref().unwrap_or_default()
    }

    /// Whether it was written for the key of that hash. What came by no wire was not mixed up on it.
    #[inline]
    pub(crate) fn is_of(&self, key_hash: impl FnOnce() -> u64) -> bool {
        match self {
            Stored::Typed(..) => true,
            Stored::Bytes(record) => record.header().key_hash() == key_hash(),
        }
    }

    /// Whether a value of that shape can be read from it. A typed value knows its own type; bytes without names are for the very
    /// schema that they were written with.
    #[inline]
    pub(crate) fn fits(&self, shape: &Shape) -> bool {
        let Stored::Bytes(record) = self else { return true };
        let (header, wanted) = (record.header(), shape.fingerprint());
        let Fingerprint { schema, .. } = header.fingerprint();
        if header.encoding().0.is_positional() {
            return shape.positional() == Ok(true) && wanted.schema == schema;
        }
        header.fingerprint().fits(wanted)
    }

    /// What a compare-and-set expects where this value stands.
    pub(crate) fn expected(&self) -> Expected {
        match self {
            Stored::Bytes(record) => Expected::of(&record.bytes),
            Stored::Typed(header, _) => Expected { beginning: header.beginning(), length: 0 },
        }
    }
}

/// For tests of what was written.
#[cfg(any(test, fuzzing))]
impl Stored {
    pub(crate) fn header(&self) -> Header {
        match self {
            Stored::Typed(header, _) => header.clone(),
            Stored::Bytes(record) => record.header().header(record.tags.clone()),
        }
    }

    pub(crate) fn of(draft: super::Draft) -> Option<Stored> {
        match draft.body {
            super::Body::Typed(value) => Some(Stored::Typed(draft.header, value)),
            super::Body::Bytes(bytes) => Encoded::parse(bytes).ok().map(Stored::Bytes),
        }
    }
}
