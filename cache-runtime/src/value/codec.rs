//! Values to drafts and back.

use std::any::Any;
#[cfg(not(debug_assertions))]
use std::io;
use std::sync::Arc;

use super::Value;
use super::compress::{pack, unpack};
use super::encode::{read, write};
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
pub(crate) fn draft<V: Value>(
    header: Header,
    value: &Arc<V>,
    typed: bool,
    Limits { most, compress }: Limits,
) -> Result<Draft, CacheError> {
    if typed {
        let (kept, size) = keep(header.codec, value, most)?;
        return Ok(Draft { header, body: Body::Typed(kept), size });
    }
    let header = Header { compression: None, ..header };
    let plain = header.write(256);
    let payload = plain.len();
    let (plain, size) = write(header.codec, &**value, plain, most)?;
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

/// The value of a record, or `None` where it can't be decoded as a `V`, or takes more than `most` bytes once it is decompressed.
pub(crate) fn decode<V: Value>(stored: &Stored, most: usize) -> Option<Arc<V>> {
    match &stored.body {
        Body::Typed(value) => Arc::clone(value).downcast().ok(),
        Body::Bytes(record, payload) => {
            let payload = record.get(*payload..)?;
            let codec = stored.header.codec;
            let value = match stored.header.compression {
                None => read(codec, payload),
                Some(compression) => read(codec, &unpack(compression, payload, most)?),
            };
            value.ok().map(Arc::new)
        }
    }
}

/// The value as the memory store keeps it, and its encoded size.
///
/// A debug build keeps what comes back from the codec: what a server would lose or refuse then shows in the first test.
#[cfg(debug_assertions)]
fn keep<V: Value>(
    codec: Codec,
    value: &Arc<V>,
    most: usize,
) -> Result<(Arc<dyn Any + Send + Sync>, usize), CacheError> {
    let (bytes, size) = write(codec, &**value, Vec::new(), most)?;
    let back: V = read(codec, &bytes)
        .map_err(|reason| CacheError::Encode { value: std::any::type_name::<V>(), reason })?;
    Ok((Arc::new(back), size))
}

#[cfg(not(debug_assertions))]
fn keep<V: Value>(
    codec: Codec,
    value: &Arc<V>,
    most: usize,
) -> Result<(Arc<dyn Any + Send + Sync>, usize), CacheError> {
    let (_, size) = write(codec, &**value, io::sink(), most)?;
    Ok((Arc::clone(value) as _, size))
}
