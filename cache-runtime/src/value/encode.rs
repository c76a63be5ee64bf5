//! One value and its bytes, in each codec.

use std::any::Any;
use std::io;
use std::sync::Arc;

#[cfg(feature = "msgpack")]
use serde::Deserialize as _;
use serde::de::DeserializeOwned;

use super::Value;
use crate::encoding::Codec;

/// How deep a MessagePack value may be nested, as in serde_json: each level takes room on the stack.
#[cfg(feature = "msgpack")]
const DEEPEST: usize = 128;

/// Writes the value in a place of the type `V`.
pub(super) fn write<V: Value>(codec: Codec, place: &dyn Any, out: &mut Output) -> Result<(), String> {
    let Some(Some(value)) = place.downcast_ref::<Option<V>>() else {
        return Err("it is of another type".to_owned());
    };
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

/// Puts the value of the type `V` that all of these bytes stand for into a place of that type.
pub(super) fn read<V: Value>(codec: Codec, bytes: &[u8], place: &mut dyn Any) -> Result<(), String> {
    match decode::<V>(codec, bytes) {
        Ok(value) => {
            if let Some(place) = place.downcast_mut::<Option<V>>() {
                *place = Some(value);
            }
            Ok(())
        }
        Err(why) => Err(why),
    }
}

/// The same for a place of the type `Arc<T>`. serde makes a box first, and moves the value.
pub(super) fn read_arc<T>(codec: Codec, bytes: &[u8], place: &mut dyn Any) -> Result<(), String>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    let value = Arc::new(decode::<T>(codec, bytes)?);
    if let Some(place) = place.downcast_mut::<Option<Arc<T>>>() {
        *place = Some(value);
    }
    Ok(())
}

fn decode<T: DeserializeOwned>(codec: Codec, bytes: &[u8]) -> Result<T, String> {
    match codec {
        // As text: what is known to be UTF-8 as a whole need not be looked at again string by string.
        Codec::Json => match std::str::from_utf8(bytes) {
            Ok(text) => match serde_json::from_str::<T>(text) {
                Ok(value) => Ok(value),
                Err(error) => Err(error.to_string()),
            },
            Err(error) => Err(error.to_string()),
        },
        #[cfg(feature = "postcard")]
        Codec::Postcard => match postcard::take_from_bytes::<T>(bytes) {
            Ok((value, [])) => Ok(value),
            Ok(_) => Err(TRAILING.to_owned()),
            Err(error) => Err(error.to_string()),
        },
        #[cfg(feature = "msgpack")]
        Codec::MsgPack => {
            let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
            deserializer.set_max_depth(DEEPEST);
            let value = match T::deserialize(&mut deserializer) {
                Ok(value) => value,
                Err(error) => return Err(error.to_string()),
            };
            // It does not tell where it is; but that there is nothing more.
            match serde::de::IgnoredAny::deserialize(&mut deserializer) {
                Err(rmp_serde::decode::Error::InvalidMarkerRead(_)) => Ok(value),
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
    /// `None`: they are only counted.
    bytes: Option<Vec<u8>>,
    left: usize,
    /// Whether there was more than it takes.
    pub(super) full: bool,
}

impl Output {
    /// `most` bytes at the most, behind those that are there.
    pub(super) fn behind(bytes: Vec<u8>, most: usize) -> Output {
        Output { bytes: Some(bytes), left: most, full: false }
    }

    /// Counts them, and keeps none.
    #[cfg(not(debug_assertions))]
    pub(super) fn counting(most: usize) -> Output {
        Output { bytes: None, left: most, full: false }
    }

    /// How many more it would take.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes.unwrap_or_default()
    }
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
