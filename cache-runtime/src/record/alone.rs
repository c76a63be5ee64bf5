//! A value's header by itself, for the count of instructions in `benches/guard`.

use super::Header;

/// A header that was read.
#[derive(Debug)]
pub struct RecordHeader(Header);

impl RecordHeader {
    /// Reads the header of a record. `None`: it is no value's.
    #[must_use]
    pub fn read(record: &[u8]) -> Option<RecordHeader> {
        Header::parse(record).map(|(header, _)| RecordHeader(header))
    }

    /// Its bytes, with room for a payload of `payload` bytes.
    #[must_use]
    pub fn write(&self, payload: usize) -> Vec<u8> {
        self.0.write(payload)
    }
}
