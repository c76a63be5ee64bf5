//! The kind, named twice.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
fn user(id: u64) -> Entry<bool, kind::Ttl>;

fn main() {}
