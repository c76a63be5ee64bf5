//! The macros of `cache-runtime`, which re-exports them: depend on that crate, `use cache_runtime::prelude::*`.
//!
//! | macro | stands on | does |
//! |---|---|---|
//! | [`macro@cache_strategy`] | a struct, and its impl blocks | declares namespace, lifetime and kind; expands the methods |
//! | [`macro@cached`] | a function or a method | caches what it returns, or declares an entry without a body |
//! | [`macro@cache_put`] | a function or a method | stores what it returns in an entry |
//! | [`macro@cache_invalidate`] | a function or a method | invalidates entries on every way out |
//! | [`macro@CacheKey`] | a struct or an enum | makes it a part of keys |
//! | [`macro@CacheValue`] | a struct or an enum | keeps its shape with cached values |
//!
//! One mistake is one error, at the token that caused it, with what to write instead.

mod anonymous;
mod args;
mod batch;
mod bind;
mod blame;
mod block;
mod bounds;
mod change;
mod check;
mod duration;
mod entry;
mod error;
mod expand;
mod fallback;
mod function;
mod generics;
mod guess;
mod key_derive;
mod krate;
mod loading;
mod model;
mod options;
mod returns;
mod settings;
mod strategy;
mod sync;
mod tags;
mod template;
#[cfg(test)]
mod template_check;
mod tokens;
mod value_derive;

#[cfg(test)]
mod places;
#[cfg(test)]
mod snapshots;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/cache_strategy.md")]
#[proc_macro_attribute]
pub fn cache_strategy(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::cache_strategy(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/cached.md")]
#[proc_macro_attribute]
pub fn cached(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::cached(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/cache_put.md")]
#[proc_macro_attribute]
pub fn cache_put(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::change("cache_put", args.into(), item.into()).into()
}

#[doc = include_str!("../docs/cache_invalidate.md")]
#[proc_macro_attribute]
pub fn cache_invalidate(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::change("cache_invalidate", args.into(), item.into()).into()
}

#[doc = include_str!("../docs/cache_key.md")]
#[proc_macro_derive(CacheKey, attributes(cache))]
pub fn derive_cache_key(input: TokenStream) -> TokenStream {
    entry::derive_key(input.into()).into()
}

#[doc = include_str!("../docs/cache_value.md")]
#[proc_macro_derive(CacheValue, attributes(cache))]
pub fn derive_cache_value(input: TokenStream) -> TokenStream {
    entry::derive_value(input.into()).into()
}
