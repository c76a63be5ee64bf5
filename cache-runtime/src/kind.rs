//! The kinds of strategies, as types: which operations an entry or a strategy has.
//!
//! The bounds stand on `Self`, not on a parameter of a method: a method that is missing because of one is the only case in
//! which the compiler gives these words, at the method's name, once.

use crate::declaration::KindName;

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

/// A strategy or an entry of the kind `ttl`: it takes `set`.
#[diagnostic::on_unimplemented(
    message = "`set` needs the kind `ttl`, and `{Self}` is of another kind",
    label = "`set` stores on the caller's word, which only the kind `ttl` takes",
    note = "`ttl`: `set`; `cache_aside`: `fetch`, and `invalidate` after a change; `write_through`: `write`",
    note = "declare `kind = \"ttl\"`, or use the operation of the kind that it has"
)]
pub trait IsTtl {}

/// A strategy or an entry of the kind `cache_aside`: it takes `fetch`.
#[diagnostic::on_unimplemented(
    message = "`fetch` needs the kind `cache_aside`, and `{Self}` is of another kind",
    label = "`fetch` is the load of a cache-aside entry",
    note = "`ttl`: `set`; `cache_aside`: `fetch`, and `invalidate` after a change; `write_through`: `write`",
    note = "declare `kind = \"cache_aside\"`, or load with `get_or_set`, which every kind has"
)]
pub trait IsCacheAside {}

/// A strategy or an entry of the kind `write_through`: it takes `write`.
#[diagnostic::on_unimplemented(
    message = "`write` needs the kind `write_through`, and `{Self}` is of another kind",
    label = "`write` stores under a write mark, which only the kind `write_through` has",
    note = "`ttl`: `set`; `cache_aside`: `fetch`, and `invalidate` after a change; `write_through`: `write`",
    note = "declare `kind = \"write_through\"`, or use the operation of the kind that it has"
)]
pub trait IsWriteThrough {}
