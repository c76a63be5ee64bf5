//! The macros of `cache-runtime`, which re-exports them: depend on that crate.

mod args;
mod bind;
mod block;
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
mod model;
mod returns;
mod strategy;
mod template;
mod tokens;
mod value_derive;

use proc_macro::TokenStream;

/// Declares a strategy.
#[proc_macro_attribute]
pub fn cache_strategy(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::cache_strategy(args.into(), item.into()).into()
}

/// Caches what a function returns.
#[proc_macro_attribute]
pub fn cached(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::cached(args.into(), item.into()).into()
}

/// Stores what a function returns.
#[proc_macro_attribute]
pub fn cache_put(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::change("cache_put", args.into(), item.into()).into()
}

/// Invalidates entries.
#[proc_macro_attribute]
pub fn cache_invalidate(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::change("cache_invalidate", args.into(), item.into()).into()
}

/// Makes a type a key part.
#[proc_macro_derive(CacheKey, attributes(cache))]
pub fn derive_cache_key(input: TokenStream) -> TokenStream {
    entry::derive_key(input.into()).into()
}

/// Keeps the shape of a cached type.
#[proc_macro_derive(CacheValue, attributes(cache))]
pub fn derive_cache_value(input: TokenStream) -> TokenStream {
    entry::derive_value(input.into()).into()
}
