//! The same function with the macros of other crates.

pub(crate) mod amalgam_cache;
pub(crate) mod cached_macros;
pub(crate) mod hitbox_macros;
