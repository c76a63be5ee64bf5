//! How values become bytes for a server: with which codec, and what makes large ones smaller.

use crate::policy::Policy;

/// What a value is encoded with. A record says which codec it was written with, so a deploy that changes the codec reads what
/// stands there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Codec {
    /// JSON: readable with every Redis client. The default.
    Json,
    /// [postcard](https://postcard.jamesmunns.com/wire-format): no names and no types, only the values one after the other.
    /// Needs the feature `postcard`.
    ///
    /// What tells one type from another is the schema alone, so the value's type has `#[derive(CacheValue)]`, and any other
    /// schema is a miss. Types that such a format can't hold are refused when a value is to be stored: recursive ones, those
    /// with parts of no bytes, and those with serde's `flatten`, `skip_serializing_if`, `untagged` or `tag`. Values under
    /// dynamic keys, whose schema is not known, are stored as JSON.
    Postcard,
    /// [MessagePack](https://github.com/msgpack/msgpack/blob/master/spec.md), with the fields' names. Needs the feature `msgpack`.
    MsgPack,
}

/// What a large value is compressed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// [LZ4](https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md): the quicker one. Needs the feature `lz4`.
    Lz4,
    /// Zstandard ([RFC 8878](https://www.rfc-editor.org/rfc/rfc8878)), level 1: the smaller one. Needs the feature `zstd`.
    Zstd,
}

/// A declaration's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encoding {
    codec: Codec,
    compression: Option<Compression>,
    above: u32,
}

/// What is smaller travels in one packet anyway.
const COMPRESS_ABOVE: u32 = 1024;
/// The largest value that any cache stores.
const MOST_ABOVE: u32 = 256 << 20;

impl Encoding {
    pub(crate) const fn new() -> Encoding {
        Encoding { codec: Codec::Json, compression: None, above: COMPRESS_ABOVE }
    }

    /// What is wrong with it: a setting, and what it takes.
    pub(crate) const fn problem(&self) -> Option<(&'static str, &'static str)> {
        if self.above == 0 || self.above > MOST_ABOVE {
            return Some(("compress_above", "it takes 1 byte to 256 MiB"));
        }
        None
    }

    /// The same for what this build lacks.
    pub(crate) const fn lacks(&self) -> Option<(&'static str, &'static str)> {
        if let Some(lacks) = self.codec.lacks() {
            return Some(("codec", lacks));
        }
        match self.compression {
            Some(compression) => match compression.lacks() {
                Some(lacks) => Some(("compress", lacks)),
                None => None,
            },
            None => None,
        }
    }

    pub(crate) fn shown(&self) -> String {
        let mut text = match self.codec {
            Codec::Json => String::new(),
            codec => format!(", codec {}", codec.name()),
        };
        if let Some(compression) = self.compression {
            text += &format!(", compress {} above {} B", compression.name(), self.above);
        }
        text
    }
}

impl Codec {
    /// As the attributes write it.
    pub const fn name(self) -> &'static str {
        match self {
            Codec::Json => "json",
            Codec::Postcard => "postcard",
            Codec::MsgPack => "msgpack",
        }
    }

    /// Whether the bytes can be read only by who knows the very type that they were written from.
    pub(crate) const fn is_positional(self) -> bool {
        matches!(self, Codec::Postcard)
    }

    /// What has to be done for this build to have it.
    pub(crate) const fn lacks(self) -> Option<&'static str> {
        match self {
            Codec::Postcard if !cfg!(feature = "postcard") => {
                Some("turn on the feature `postcard` of cache-runtime")
            }
            Codec::MsgPack if !cfg!(feature = "msgpack") => {
                Some("turn on the feature `msgpack` of cache-runtime")
            }
            _ => None,
        }
    }
}

impl Compression {
    /// As the attributes write it.
    pub const fn name(self) -> &'static str {
        match self {
            Compression::Lz4 => "lz4",
            Compression::Zstd => "zstd",
        }
    }

    /// What has to be done for this build to have it.
    pub(crate) const fn lacks(self) -> Option<&'static str> {
        match self {
            Compression::Lz4 if !cfg!(feature = "lz4") => Some("turn on the feature `lz4` of cache-runtime"),
            Compression::Zstd if !cfg!(feature = "zstd") => {
                Some("turn on the feature `zstd` of cache-runtime")
            }
            _ => None,
        }
    }
}

impl Policy {
    /// Encodes values with `codec`; what stands there in another one is read all the same.
    #[must_use]
    pub const fn codec(mut self, codec: Codec) -> Policy {
        self.encoding.codec = codec;
        self
    }

    /// Compresses values of more than [`compress_above`](Policy::compress_above) bytes; `None`: none of them.
    #[must_use]
    pub const fn compress(mut self, compression: Option<Compression>) -> Policy {
        self.encoding.compression = compression;
        self
    }

    /// Values of so many encoded bytes or fewer are not compressed: 1 byte to 256 MiB, by default 1 KiB.
    #[must_use]
    pub const fn compress_above(mut self, bytes: u32) -> Policy {
        self.encoding.above = bytes;
        self
    }

    /// What values are encoded with.
    pub const fn value_codec(&self) -> Codec {
        self.encoding.codec
    }

    /// What values are compressed with, and above how many encoded bytes.
    pub const fn value_compression(&self) -> Option<(Compression, usize)> {
        match self.encoding.compression {
            Some(compression) => Some((compression, self.encoding.above as usize)),
            None => None,
        }
    }
}

/// Refuses a codec that this build lacks.
///
/// # Panics
///
/// While it is compiled: where the feature is off.
#[track_caller] // The error is then at the option.
#[expect(clippy::panic, reason = "it is the compiler that panics")]
pub const fn require_codec(codec: Codec) {
    match codec {
        _ if codec.lacks().is_none() => {}
        Codec::Postcard => {
            panic!("`codec = \"postcard\"` needs a feature: turn on `postcard` of cache-runtime")
        }
        _ => panic!("`codec = \"msgpack\"` needs a feature: turn on `msgpack` of cache-runtime"),
    }
}

/// The same for a compression.
///
/// # Panics
///
/// As there.
#[track_caller]
#[expect(clippy::panic, reason = "it is the compiler that panics")]
pub const fn require_compression(compression: Compression) {
    match compression {
        _ if compression.lacks().is_none() => {}
        Compression::Lz4 => panic!("`compress = \"lz4\"` needs a feature: turn on `lz4` of cache-runtime"),
        Compression::Zstd => panic!("`compress = \"zstd\"` needs a feature: turn on `zstd` of cache-runtime"),
    }
}

/// Refuses a codec without names for a value whose schema nobody knows.
///
/// # Panics
///
/// While it is compiled: where they don't go together.
#[track_caller]
pub const fn require_schema(policy: Policy, has_schema: bool) {
    assert!(
        has_schema || !policy.encoding.codec.is_positional(),
        "`codec = \"postcard\"` writes neither names nor types, so the value's type needs a schema: put `#[derive(CacheValue)]` \
         on it, or use `codec = \"msgpack\"`"
    );
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_encoding_shows_as_the_attributes_write_it() {
        let policy = Policy::new(Duration::from_secs(1));
        assert_eq!(policy.to_string(), "1s");
        let policy = policy.codec(Codec::MsgPack).compress(Some(Compression::Zstd)).compress_above(4096);
        assert_eq!(policy.to_string(), "1s, codec msgpack, compress zstd above 4096 B");
        assert_eq!(policy.problem(), None);
        assert_eq!(policy.compress_above(0).problem().map(|(named, _)| named), Some("compress_above"));
        assert_eq!(policy.compress_above(u32::MAX).problem().map(|(named, _)| named), Some("compress_above"));
    }

    /// Runs with and without the features.
    #[test]
    fn what_a_build_lacks_is_named_and_refused() {
        for codec in [Codec::Json, Codec::Postcard, Codec::MsgPack] {
            let refused = std::panic::catch_unwind(|| require_codec(codec));
            assert_eq!(refused.is_err(), codec.lacks().is_some());
            if let Some(lacks) = codec.lacks() {
                let said = refused
                    .err()
                    .and_then(|said| said.downcast_ref::<&str>().map(|said| said.contains(codec.name())));
                assert!(said == Some(true) && lacks.contains(codec.name()), "{codec:?}");
            }
        }
        for compression in [Compression::Lz4, Compression::Zstd] {
            let refused = std::panic::catch_unwind(|| require_compression(compression));
            assert_eq!(refused.is_err(), compression.lacks().is_some());
            assert!(compression.lacks().is_none_or(|lacks| lacks.contains(compression.name())));
        }
    }
}
