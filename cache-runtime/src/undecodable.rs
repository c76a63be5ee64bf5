//! What a reader says of a value that it can't decode.

use crate::encoding::{Codec, Compression};
use crate::read::Call;
use crate::record::Header;
use crate::site::Warning;

impl Call<'_> {
    /// Counts it, and says it once.
    pub(crate) fn undecodable(&self, header: &Header) {
        self.site.counters.undecodable.one();
        if self.site.first(Warning::Undecodable) {
            let (codec, compression) = (header.codec.name(), header.compression.map(Compression::name));
            // Another process, or the version before this one, was built with more.
            let lacks =
                Codec::lacks(header.codec).or_else(|| header.compression.and_then(Compression::lacks));
            tracing::warn!(key = %self.key, entry = %self.site.name(), codec, compression, lacks, "a cached value can't be decoded; it counts as a miss");
        }
    }
}
