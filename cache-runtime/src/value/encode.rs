//! One value and its bytes, in each codec.

use std::any::Any;
use std::io;
use std::sync::Arc;

#[cfg(feature = "msgpack")]
use serde::Deserialize as _;

use super::{Kept, Value};
use crate::encoding::Codec;

/// How deep a MessagePack value may be nested, as in serde_json: each level takes room on the stack.
#[cfg(feature = "msgpack")]
const DEEPEST: usize = 128;

/// Writes a value of the type `V`.
pub(super) fn write<V: Value>(codec: Codec, value: &dyn Any, out: &mut Output) -> Result<(), String> {
    let Some(value) = value.downcast_ref::<V>() else { return Err("it is of another type".to_owned()) };
    match codec {
        Codec::Json => match serde_json::to_writer(out, value) {
            Ok(()) => Ok(()),
            Err(error) => Err(error.to_string()),
        },
        #[cfg(feature = "postcard")]
        Codec::Postcard => match postcard::to_io(value, out) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        },
        #[cfg(feature = "msgpack")]
        Codec::MsgPack => {
            let mut serializer = rmp_serde::Serializer::new(out).with_struct_map();
            match value.serialize(&mut serializer) {
                Ok(()) => Ok(()),
                Err(error) => Err(error.to_string()),
            }
        }
        #[cfg(not(all(feature = "postcard", feature = "msgpack")))]
        other => Err(other.lacks().unwrap_or_default().to_owned()),
    }
}

/// The value of the type `V` that all of these bytes stand for.
pub(super) fn read<V: Value>(codec: Codec, bytes: &[u8]) -> Result<Kept, String> {
    match codec {
        Codec::Json => match serde_json::from_slice::<V>(bytes) {
            Ok(value) => Ok(Arc::new(value)),
            Err(error) => Err(error.to_string()),
        },
        #[cfg(feature = "postcard")]
        Codec::Postcard => match postcard::take_from_bytes::<V>(bytes) {
            Ok((value, [])) => Ok(Arc::new(value)),
            Ok(_) => Err(TRAILING.to_owned()),
            Err(error) => Err(error.to_string()),
        },
        #[cfg(feature = "msgpack")]
        Codec::MsgPack => {
            let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
            deserializer.set_max_depth(DEEPEST);
            let value = match V::deserialize(&mut deserializer) {
                Ok(value) => value,
                Err(error) => return Err(error.to_string()),
            };
            // It does not tell where it is; but that there is nothing more.
            match serde::de::IgnoredAny::deserialize(&mut deserializer) {
                Err(rmp_serde::decode::Error::InvalidMarkerRead(_)) => Ok(Arc::new(value)),
                _ => Err(TRAILING.to_owned()),
            }
        }
        #[cfg(not(all(feature = "postcard", feature = "msgpack")))]
        other => Err(other.lacks().unwrap_or_default().to_owned()),
    }
}

#[cfg(any(feature = "postcard", feature = "msgpack"))]
const TRAILING: &str = "there are bytes behind the value";

/// Where an encoded value goes. It stops where that becomes too large: no memory is taken for what will not be stored.
pub(super) struct Output {
    /// `None`: the bytes are only counted.
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) left: usize,
    pub(super) full: bool,
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(left) = self.left.checked_sub(bytes.len()) else {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        };
        self.left = left;
        if let Some(written) = &mut self.bytes {
            written.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
