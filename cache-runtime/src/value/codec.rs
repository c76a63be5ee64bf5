//! Values to drafts and back.

use std::any::{Any, type_name};
use std::io;
use std::sync::Arc;

use super::Value;
use crate::error::CacheError;
use crate::record::{Body, Codec, Draft, Header, Stored};

/// Makes the draft of a value: bytes for a server, the value itself for the memory store.
pub(crate) fn draft<V: Value>(header: Header, value: &Arc<V>, typed: bool) -> Result<Draft, CacheError> {
    if typed {
        let (kept, size) = keep(value)?;
        return Ok(Draft { header, body: Body::Typed(kept), size });
    }
    let mut record = header.write(256);
    let payload = record.len();
    serde_json::to_writer(&mut record, &**value).map_err(|error| refused::<V>(&error))?;
    let size = record.len() - payload;
    Ok(Draft { header, body: Body::Bytes(record, payload), size })
}

/// Makes the draft of the answer `None`.
pub(crate) fn draft_none(header: Header, typed: bool) -> Draft {
    let header = Header { none: true, ..header };
    if typed {
        return Draft { header, body: Body::Typed(Arc::new(())), size: 0 };
    }
    let mut record = header.write(4);
    let payload = record.len();
    record.extend_from_slice(b"null");
    Draft { header, body: Body::Bytes(record, payload), size: 4 }
}

/// The value of a record, or `None` where it can't be decoded as a `V`.
pub(crate) fn decode<V: Value>(stored: &Stored) -> Option<Arc<V>> {
    match &stored.body {
        Body::Typed(value) => Arc::clone(value).downcast().ok(),
        Body::Bytes(record, payload) => match stored.header.codec {
            Codec::Json => serde_json::from_slice(record.get(*payload..)?).ok().map(Arc::new),
        },
    }
}

/// The value as the memory store keeps it, and its encoded size.
///
/// A debug build keeps what comes back from the codec: what a server would lose or refuse then shows in the first test.
#[cfg(debug_assertions)]
fn keep<V: Value>(value: &Arc<V>) -> Result<(Arc<dyn Any + Send + Sync>, usize), CacheError> {
    let bytes = serde_json::to_vec(&**value).map_err(|error| refused::<V>(&error))?;
    let back: V = serde_json::from_slice(&bytes).map_err(|error| refused::<V>(&error))?;
    Ok((Arc::new(back), bytes.len()))
}

#[cfg(not(debug_assertions))]
fn keep<V: Value>(value: &Arc<V>) -> Result<(Arc<dyn Any + Send + Sync>, usize), CacheError> {
    let mut size = CountBytes(0);
    serde_json::to_writer(&mut size, &**value).map_err(|error| refused::<V>(&error))?;
    Ok((Arc::clone(value) as _, size.0))
}

fn refused<V>(error: &serde_json::Error) -> CacheError {
    CacheError::Encode { value: type_name::<V>(), reason: error.to_string() }
}

#[cfg_attr(debug_assertions, allow(dead_code, reason = "a debug build has the bytes"))]
struct CountBytes(usize);

impl io::Write for CountBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
