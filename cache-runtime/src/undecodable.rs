//! What a reader says of a value that it can't decode.

use crate::call::Call;
use crate::encoding::{Codec, Compression};
use crate::record::Stored;
use crate::warnings::Warning;

impl Call<'_> {
    /// Counts it, and says it once.
    #[cold]
    pub(crate) fn undecodable(&self, stored: &Stored) {
        self.site.counters.undecodable().one();
        if self.site.warnings.first(Warning::Undecodable) {
            let (codec, compression) = stored.encoding();
            // Another process, or the version before this one, was built with more.
            let lacks = Codec::lacks(codec).or_else(|| compression.and_then(Compression::lacks));
            let (codec, compression) = (codec.name(), compression.map(Compression::name));
            tracing::warn!(key = %self.key, entry = %self.site.name(), codec, compression, lacks, "a cached value can't be decoded; it counts as a miss");
        }
    }
}
