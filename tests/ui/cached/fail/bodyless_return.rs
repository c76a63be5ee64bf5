//! Nothing to load, and no entry.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
fn user(id: u64) -> bool;

fn main() {}
