//! What tells the key of a tag from those of entries.

/// Stands between the prefix and the parts of a tag. No value and no template holds a `#`, so it meets no entry's key.
pub(super) const MARK: &str = ":#tag";

/// Whether this is the key of a tag, `namespace:v1:#tag:…`, which ends in a hash where it is long, as any other.
///
/// `false` where a namespace of some 470 bytes leaves the mark to the hash: such a tag may be taken for an entry.
pub(crate) fn is_tag(key: &str) -> bool {
    // Neither a namespace nor a version holds a `:`.
    let prefix = key.match_indices(':').nth(1).map_or(key.len(), |(at, _)| at);
    key[prefix..].starts_with(MARK)
}
