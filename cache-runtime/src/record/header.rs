//! A value's header.

use super::{EXPECTED_BYTES, Nonce, VALUE};
use crate::value::Fingerprint;

/// A header without tags.
const HEADER_BYTES: usize = 68;

/// The answer `None`, kept as a value.
const FLAG_NONE: u16 = 1;

/// How a payload is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Json = 1,
}

impl Codec {
    fn parse(byte: u8) -> Option<Codec> {
        match byte {
            1 => Some(Codec::Json),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Header {
    pub(crate) codec: Codec,
    /// Tells this value from every other one.
    pub(crate) stamp: Nonce,
    /// When it was made, in milliseconds since 1970 of the store's clock.
    pub(crate) created: u64,
    /// Until when it is fresh, in milliseconds since 1970 of the store's clock.
    pub(crate) fresh_until: u64,
    pub(crate) fingerprint: Fingerprint,
    /// Until when somebody has claimed its refresh, in milliseconds since 1970; 0: nobody.
    pub(crate) claimed_until: u64,
    /// How long it took to load, in microseconds.
    pub(crate) load_micros: u32,
    /// Whether it stands for the answer `None`.
    pub(crate) none: bool,
    /// Its tags' nonces as they were before the load.
    pub(crate) tags: Vec<Nonce>,
}

impl Header {
    /// The header, and where the payload begins. `None`: not a header of this version, or cut off.
    pub(crate) fn parse(record: &[u8]) -> Option<(Header, usize)> {
        let fixed: &[u8; HEADER_BYTES] = record.first_chunk()?;
        let u64_at = |at: usize| fixed[at..].first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        let u16_at = |at: usize| fixed[at..].first_chunk().map(|bytes| u16::from_le_bytes(*bytes));
        let flags = u16_at(64)?;
        if !fixed.starts_with(&VALUE) || flags & !FLAG_NONE != 0 {
            return None;
        }
        let payload = HEADER_BYTES + 16 * usize::from(u16_at(66)?);
        // The length is checked before anything is allocated for the tags.
        let tags = record.get(HEADER_BYTES..payload)?;
        let header = Header {
            codec: Codec::parse(fixed[3])?,
            stamp: Nonce::from_bytes(&fixed[4..20])?,
            created: u64_at(20)?,
            fresh_until: u64_at(28)?,
            fingerprint: Fingerprint { schema: u64_at(36)?, type_name: u64_at(44)? },
            claimed_until: u64_at(52)?,
            load_micros: fixed[60..].first_chunk().map(|bytes| u32::from_le_bytes(*bytes))?,
            none: flags & FLAG_NONE != 0,
            tags: tags.chunks_exact(16).filter_map(Nonce::from_bytes).collect(),
        };
        Some((header, payload))
    }

    /// The header's bytes, with room for a payload of `payload` bytes.
    pub(crate) fn write(&self, payload: usize) -> Vec<u8> {
        let mut record = Vec::with_capacity(HEADER_BYTES + 16 * self.tags.len() + payload);
        record.extend_from_slice(&self.beginning());
        record.extend_from_slice(&self.created.to_le_bytes());
        record.extend_from_slice(&self.fresh_until.to_le_bytes());
        record.extend_from_slice(&self.fingerprint.schema.to_le_bytes());
        record.extend_from_slice(&self.fingerprint.type_name.to_le_bytes());
        record.extend_from_slice(&self.claimed_until.to_le_bytes());
        record.extend_from_slice(&self.load_micros.to_le_bytes());
        record.extend_from_slice(&u16::from(self.none).to_le_bytes());
        record.extend_from_slice(&(self.tags.len() as u16).to_le_bytes());
        for tag in &self.tags {
            record.extend_from_slice(&tag.to_bytes());
        }
        record
    }

    /// The bytes up to the end of the stamp: what tells this value from every other one.
    pub(crate) fn beginning(&self) -> Vec<u8> {
        let mut beginning = Vec::with_capacity(EXPECTED_BYTES);
        beginning.extend_from_slice(&VALUE);
        beginning.push(self.codec as u8);
        beginning.extend_from_slice(&self.stamp.to_bytes());
        beginning
    }
}
