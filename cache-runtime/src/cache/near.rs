//! What a near cache may take.

use crate::error::CacheError;

const SMALLEST_BYTES: u64 = 64 << 10;

/// The size of a near cache: values of a server's entries, kept in this process too. See
/// [`CacheBuilder::near`](crate::CacheBuilder::near).
///
/// ```
/// use cache_runtime::NearCache;
///
/// let near = NearCache::megabytes(64);
/// # let _ = near;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct NearCache {
    pub(crate) bytes: u64,
}

impl NearCache {
    /// So many bytes of keys, values and their overhead: 64 KiB or more. A value that takes more than a sixteenth of it is not kept.
    ///
    /// A value counts as itself, and as many bytes elsewhere as its encoded form has, which is a guess.
    pub fn bytes(bytes: u64) -> NearCache {
        NearCache { bytes }
    }

    /// The same in MiB.
    pub fn megabytes(megabytes: u64) -> NearCache {
        NearCache::bytes(megabytes.saturating_mul(1 << 20))
    }

    pub(crate) fn check(self) -> Result<(), CacheError> {
        if self.bytes >= SMALLEST_BYTES {
            return Ok(());
        }
        Err(CacheError::InvalidSetting {
            setting: "near",
            reason: format!("{} bytes are too few; it takes {SMALLEST_BYTES} or more", self.bytes),
        })
    }
}
