//! That a strategy can be used by several threads.

/// Implemented by `#[cache_strategy]`, and proven there, once. Were `Send` and `Sync` asked of the strategy itself, the compiler
/// would look through all that a cache consists of, in each function anew.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no cache strategy",
    label = "no strategy is declared for this type",
    note = "put `#[cache_strategy(namespace = \"…\", ttl = …)]` on the struct `{Self}`"
)]
pub trait AnyThread: Send + Sync {}
