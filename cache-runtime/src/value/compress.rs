//! Compressed payloads: the length of what was compressed (4 bytes, little-endian), and then the compressed bytes.
//!
//! Each thread keeps the contexts that it has used: to make one costs more than to compress a small value.

use crate::encoding::Compression;

/// Appends the compressed bytes. `false`: they could not be compressed, and `out` is of no use any more.
pub(super) fn pack(compression: Compression, raw: &[u8], out: &mut Vec<u8>) -> bool {
    let Ok(length) = u32::try_from(raw.len()) else { return false };
    out.extend_from_slice(&length.to_le_bytes());
    let start = out.len();
    let packed: Option<usize> = match compression {
        #[cfg(feature = "lz4")]
        Compression::Lz4 => lz4::pack(raw, out, start),
        #[cfg(feature = "zstd")]
        Compression::Zstd => zstd::pack(raw, out, start),
        #[cfg(not(all(feature = "lz4", feature = "zstd")))]
        _ => None,
    };
    out.truncate(start + packed.unwrap_or_default());
    packed.is_some()
}

/// The bytes that were compressed, of which there are `most` at the most.
pub(super) fn unpack(compression: Compression, payload: &[u8], most: usize) -> Option<Vec<u8>> {
    let (length, packed) = payload.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    // Nothing is allocated for a length that nothing stands behind.
    if length > most || length > packed.len().saturating_mul(most_ratio(compression)) {
        return None;
    }
    #[cfg_attr(not(any(feature = "lz4", feature = "zstd")), allow(unused_mut))]
    let mut raw = vec![0; length];
    let unpacked: Option<usize> = match compression {
        #[cfg(feature = "lz4")]
        Compression::Lz4 => lz4::unpack(packed, &mut raw),
        #[cfg(feature = "zstd")]
        Compression::Zstd => zstd::unpack(packed, &mut raw),
        #[cfg(not(all(feature = "lz4", feature = "zstd")))]
        _ => None,
    };
    (unpacked == Some(length)).then_some(raw)
}

/// How many bytes there were before, less those of the payload.
pub(crate) fn length_before(payload: &[u8]) -> usize {
    let length = payload.first_chunk().map_or(0, |length| u32::from_le_bytes(*length));
    usize::try_from(length).unwrap_or(usize::MAX).saturating_sub(payload.len())
}

/// How many bytes one compressed byte can stand for.
const fn most_ratio(compression: Compression) -> usize {
    match compression {
        // A byte that lengthens a match by 255.
        Compression::Lz4 => 255,
        // A block of up to 128 KiB that repeats one byte takes four.
        Compression::Zstd => 32 << 10,
    }
}

#[cfg(feature = "lz4")]
mod lz4 {
    use std::cell::RefCell;

    use lz4_flex::block::{
        CompressTable, compress_into_with_table, decompress_into, get_maximum_output_size,
    };

    thread_local! {
        static TABLE: RefCell<CompressTable> = RefCell::default();
    }

    pub(super) fn pack(raw: &[u8], out: &mut Vec<u8>, start: usize) -> Option<usize> {
        out.resize(start + get_maximum_output_size(raw.len()), 0);
        let out = out.get_mut(start..)?;
        // A thread that ends may have none any more.
        TABLE.try_with(|table| compress_into_with_table(raw, out, &mut table.borrow_mut()).ok()).ok()?
    }

    pub(super) fn unpack(packed: &[u8], raw: &mut [u8]) -> Option<usize> {
        decompress_into(packed, raw).ok()
    }
}

#[cfg(feature = "zstd")]
mod zstd {
    use std::cell::RefCell;

    use ::zstd::bulk::{Compressor, Decompressor};
    use ::zstd::zstd_safe::compress_bound;

    /// Of what the levels beyond it save, a server on the same network gives nothing back.
    const LEVEL: i32 = 1;

    thread_local! {
        static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
        static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    }

    pub(super) fn pack(raw: &[u8], out: &mut Vec<u8>, start: usize) -> Option<usize> {
        out.resize(start + compress_bound(raw.len()), 0);
        let out = out.get_mut(start..)?;
        let mut pack = |kept: &mut Option<Compressor<'static>>| {
            let compressor = match kept {
                Some(compressor) => compressor,
                None => kept.insert(Compressor::new(LEVEL).ok()?),
            };
            compressor.compress_to_buffer(raw, out).ok()
        };
        // A thread that ends may have none any more.
        COMPRESSOR.try_with(|kept| pack(&mut kept.borrow_mut())).ok()?
    }

    pub(super) fn unpack(packed: &[u8], raw: &mut [u8]) -> Option<usize> {
        let mut unpack = |kept: &mut Option<Decompressor<'static>>| {
            let decompressor = match kept {
                Some(decompressor) => decompressor,
                None => kept.insert(Decompressor::new().ok()?),
            };
            decompressor.decompress_to_buffer(packed, raw).ok()
        };
        DECOMPRESSOR.try_with(|kept| unpack(&mut kept.borrow_mut())).ok()?
    }
}
