//! A value's header by itself, for the count of instructions in `benches/guard`.

use super::Header;
use super::raw::RawHeader;
use crate::value::Fingerprint;

/// A header that was read.
#[derive(Debug)]
pub struct RecordHeader(Header);

impl RecordHeader {
    /// Reads the header of a record. `None`: it is no value's.
    #[must_use]
    pub fn read(record: &[u8]) -> Option<RecordHeader> {
        Header::parse(record).map(|(header, _)| RecordHeader(header))
    }

    /// What a hit asks of a record: the key's hash, the schema, when it was made, and until when it is fresh. `None`: it is no
    /// value's, or one with tags.
    #[must_use]
    pub fn glance(record: &[u8]) -> Option<[u64; 4]> {
        let raw = RawHeader::of(record)?;
        raw.untagged()?;
        let Fingerprint { schema, .. } = raw.fingerprint();
        Some([raw.key_hash(), schema, raw.created(), raw.life().fresh_until])
    }

    /// Its bytes, with room for a payload of `payload` bytes.
    #[must_use]
    pub fn write(&self, payload: usize) -> Vec<u8> {
        self.0.write(payload)
    }
}
