//! Nothing to load, and nothing returned.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
fn user(id: u64);

fn main() {}
