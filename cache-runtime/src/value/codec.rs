//! Values to drafts and back.

use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

use super::compress::{pack, unpack};
use super::encode::Output;
use super::{Coding, Form, Kept};
use crate::encoding::{Codec, Compression};
use crate::error::CacheError;
use crate::record::{Body, Draft, Encoded, Header, Stored};

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
    let written = write(header.codec, coding, value, Output::behind(plain, most))?;
    let size = most - written.left();
    let plain = written.into_bytes();
    if let Some((compression, above)) = compress
        && size > above
    {
        let smaller = Header { compression: Some(compression), ..header.clone() };
        let mut record = smaller.write(size);
        if pack(compression, &plain[payload..], &mut record) && record.len() < plain.len() {
            let size = record.len() - payload;
            return Ok(Draft { header: smaller, body: Body::Bytes(record), size });
        }
    }
    Ok(Draft { header, body: Body::Bytes(plain), size })
}

/// Makes the draft of the answer `None`.
pub(crate) fn draft_none(header: Header, typed: bool) -> Draft {
    let header = Header { none: true, codec: Codec::Json, ..header };
    if typed {
        return Draft { header, body: Body::Typed(Arc::new(())), size: 0 };
    }
    let mut record = header.write(4);
    record.extend_from_slice(b"null");
    Draft { header, body: Body::Bytes(record), size: 4 }
}

/// How values of a type come out of records. One that is an `Arc` comes out of bytes by a way of its own.
#[derive(Clone, Copy)]
pub(crate) struct Decoding {
    pub(crate) coding: &'static Coding,
    pub(crate) form: Option<Form>,
    /// So many bytes it may have once it is decompressed.
    pub(crate) most: usize,
}

impl Decoding {
    /// The value of a record, or `None` where it can't be decoded as one of that type.
    pub(crate) fn kept(&self, stored: &Stored) -> Option<Kept> {
        match stored {
            Stored::Typed(_, value) => self.coding.is(value).then(|| Arc::clone(value)),
            Stored::Bytes(_) => {
                let mut value = self.coding.room();
                let is_decoded = self.place(stored, Arc::get_mut(&mut value)?);
                is_decoded.then_some(value)
            }
        }
    }

    /// Puts it into a place of the type. `false`: it can't be decoded as one of that type.
    pub(crate) fn place(&self, stored: &Stored, place: &mut dyn Any) -> bool {
        match stored {
            Stored::Typed(_, value) => self.coding.copy(value, place),
            Stored::Bytes(record) => {
                let (codec, compression) = stored.encoding();
                let Some(payload) = self.payload(record, compression) else { return false };
                let read = match self.form {
                    Some(form) => form.read(codec, &payload, place),
                    None => (self.coding.read)(codec, &payload, place),
                };
                read.is_ok()
            }
        }
    }

    fn payload<'r>(&self, record: &'r Encoded, compression: Option<Compression>) -> Option<Cow<'r, [u8]>> {
        Some(match compression {
            None => Cow::Borrowed(record.payload()),
            Some(compression) => Cow::Owned(unpack(compression, record.payload(), self.most)?),
        })
    }
}

fn write(codec: Codec, coding: &Coding, value: &Kept, mut out: Output) -> Result<Output, CacheError> {
    let most = out.left();
    match (coding.write)(codec, &**value, &mut out) {
        Ok(()) => Ok(out),
        Err(_) if out.full => Err(CacheError::TooLarge { value: coding.name(), most }),
        Err(reason) => Err(CacheError::Encode { value: coding.name(), reason }),
    }
}

/// The value as the memory store keeps it, and its encoded size.
///
/// A debug build keeps what comes back from the codec: what a server would lose or refuse then shows in the first test.
#[cfg(debug_assertions)]
fn keep(codec: Codec, coding: &Coding, value: &Kept, most: usize) -> Result<(Kept, usize), CacheError> {
    let bytes = write(codec, coding, value, Output::behind(Vec::new(), most))?.into_bytes();
    let back = coding.kept(codec, &bytes);
    let back = back.map_err(|reason| CacheError::Encode { value: coding.name(), reason })?;
    Ok((back, bytes.len()))
}

#[cfg(not(debug_assertions))]
fn keep(codec: Codec, coding: &Coding, value: &Kept, most: usize) -> Result<(Kept, usize), CacheError> {
    let counted = write(codec, coding, value, Output::counting(most))?;
    Ok((Arc::clone(value), most - counted.left()))
}
