//! Values to drafts and back.

use std::any::{Any, type_name};
use std::io;
use std::sync::Arc;

use super::Value;
use crate::error::CacheError;
use crate::record::{Body, Codec, Draft, Header, Stored};

/// Makes the draft of a value of `most` encoded bytes at the most: bytes for a server, the value itself for the memory store.
pub(crate) fn draft<V: Value>(
    header: Header,
    value: &Arc<V>,
    typed: bool,
    most: usize,
) -> Result<Draft, CacheError> {
    if typed {
        let (kept, size) = keep(value, most)?;
        return Ok(Draft { header, body: Body::Typed(kept), size });
    }
    let record = header.write(256);
    let payload = record.len();
    let (record, size) = encode(&**value, record, most)?;
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
fn keep<V: Value>(value: &Arc<V>, most: usize) -> Result<(Arc<dyn Any + Send + Sync>, usize), CacheError> {
    let (bytes, size) = encode(&**value, Vec::new(), most)?;
    let back: V = serde_json::from_slice(&bytes).map_err(|error| refused::<V>(&error))?;
    Ok((Arc::new(back), size))
}

#[cfg(not(debug_assertions))]
fn keep<V: Value>(value: &Arc<V>, most: usize) -> Result<(Arc<dyn Any + Send + Sync>, usize), CacheError> {
    let (_, size) = encode(&**value, io::sink(), most)?;
    Ok((Arc::clone(value) as _, size))
}

/// Writes a value, and gives how many bytes it has.
fn encode<V: Value, W: io::Write>(value: &V, out: W, most: usize) -> Result<(W, usize), CacheError> {
    let mut bounded = Bounded { out, left: most };
    match serde_json::to_writer(&mut bounded, value) {
        Ok(()) => Ok((bounded.out, most - bounded.left)),
        Err(error) if error.is_io() => Err(CacheError::TooLarge { value: type_name::<V>(), most }),
        Err(error) => Err(refused::<V>(&error)),
    }
}

fn refused<V>(error: &serde_json::Error) -> CacheError {
    CacheError::Encode { value: type_name::<V>(), reason: error.to_string() }
}

/// Stops where a value becomes too large: no memory is taken for what will not be stored.
struct Bounded<W> {
    out: W,
    left: usize,
}

impl<W: io::Write> io::Write for Bounded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        self.out.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
