//! Values to drafts and back.

use std::sync::Arc;

use super::compress::{pack, unpack};
use super::encode::Output;
use super::{Coding, Kept};
use crate::encoding::{Codec, Compression};
use crate::error::CacheError;
use crate::record::{Body, Draft, Header, Stored};

/// How large an encoded value may be, and what makes one smaller that has more bytes than that.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) most: usize,
    pub(crate) compress: Option<(Compression, usize)>,
}

/// Makes the draft of a value: bytes for a server, the value itself for the memory store.
pub(crate) fn draft(
    header: Header,
    coding: &Coding,
    value: &Kept,
    typed: bool,
    Limits { most, compress }: Limits,
) -> Result<Draft, CacheError> {
    if typed {
        let (kept, size) = keep(header.codec, coding, value, most)?;
        return Ok(Draft { header, body: Body::Typed(kept), size });
    }
    let header = Header { compression: None, ..header };
    let plain = header.write(256);
    let payload = plain.len();
    let (plain, size) = write(header.codec, coding, value, Some(plain), most)?;
    let plain = plain.unwrap_or_default();
    if let Some((compression, above)) = compress
        && size > above
    {
        let smaller = Header { compression: Some(compression), ..header.clone() };
        let mut record = smaller.write(size);
        if pack(compression, &plain[payload..], &mut record) && record.len() < plain.len() {
            let size = record.len() - payload;
            return Ok(Draft { header: smaller, body: Body::Bytes(record, payload), size });
        }
    }
    Ok(Draft { header, body: Body::Bytes(plain, payload), size })
}

/// Makes the draft of the answer `None`.
pub(crate) fn draft_none(header: Header, typed: bool) -> Draft {
    let header = Header { none: true, codec: Codec::Json, ..header };
    if typed {
        return Draft { header, body: Body::Typed(Arc::new(())), size: 0 };
    }
    let mut record = header.write(4);
    let payload = record.len();
    record.extend_from_slice(b"null");
    Draft { header, body: Body::Bytes(record, payload), size: 4 }
}

/// The value of a record, or `None` where it can't be decoded as one of that type, or takes more than `most` bytes once it is
/// decompressed.
pub(crate) fn decode(stored: &Stored, coding: &Coding, most: usize) -> Option<Kept> {
    match &stored.body {
        Body::Typed(value) => coding.is(value).then(|| Arc::clone(value)),
        Body::Bytes(record, payload) => {
            let payload = record.get(*payload..)?;
            let codec = stored.header.codec;
            let value = match stored.header.compression {
                None => (coding.read)(codec, payload),
                Some(compression) => (coding.read)(codec, &unpack(compression, payload, most)?),
            };
            value.ok()
        }
    }
}

/// Writes a value of `most` bytes at the most behind what is there, and gives how many it has. `None`: it is only counted.
fn write(
    codec: Codec,
    coding: &Coding,
    value: &Kept,
    into: Option<Vec<u8>>,
    most: usize,
) -> Result<(Option<Vec<u8>>, usize), CacheError> {
    let mut out = Output { bytes: into, left: most, full: false };
    match (coding.write)(codec, &**value, &mut out) {
        Ok(()) => Ok((out.bytes, most - out.left)),
        Err(_) if out.full => Err(CacheError::TooLarge { value: coding.name(), most }),
        Err(reason) => Err(CacheError::Encode { value: coding.name(), reason }),
    }
}

/// The value as the memory store keeps it, and its encoded size.
///
/// A debug build keeps what comes back from the codec: what a server would lose or refuse then shows in the first test.
#[cfg(debug_assertions)]
fn keep(codec: Codec, coding: &Coding, value: &Kept, most: usize) -> Result<(Kept, usize), CacheError> {
    let (bytes, size) = write(codec, coding, value, Some(Vec::new()), most)?;
    let back = (coding.read)(codec, &bytes.unwrap_or_default());
    let back = back.map_err(|reason| CacheError::Encode { value: coding.name(), reason })?;
    Ok((back, size))
}

#[cfg(not(debug_assertions))]
fn keep(codec: Codec, coding: &Coding, value: &Kept, most: usize) -> Result<(Kept, usize), CacheError> {
    let (_, size) = write(codec, coding, value, None, most)?;
    Ok((Arc::clone(value), size))
}
