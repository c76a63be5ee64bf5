//! The kinds of strategies, as types: which operations an entry or a strategy has.

use crate::policy::KindName;

/// Plain time to live: `set` is the caller's word.
#[derive(Clone, Copy, Debug)]
pub struct Ttl;

/// Values are loaded on a miss (`fetch`), and fall by invalidation.
#[derive(Clone, Copy, Debug)]
pub struct CacheAside;

/// Values are loaded on a miss, and stored by the write that changed the source (`write`).
#[derive(Clone, Copy, Debug)]
pub struct WriteThrough;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Ttl {}
    impl Sealed for super::CacheAside {}
    impl Sealed for super::WriteThrough {}
}

/// One of [`Ttl`], [`CacheAside`] and [`WriteThrough`].
pub trait Kind: sealed::Sealed + Send + Sync + 'static {
    /// The kind as a value.
    const NAME: KindName;
}

impl Kind for Ttl {
    const NAME: KindName = KindName::Ttl;
}

impl Kind for CacheAside {
    const NAME: KindName = KindName::CacheAside;
}

impl Kind for WriteThrough {
    const NAME: KindName = KindName::WriteThrough;
}
