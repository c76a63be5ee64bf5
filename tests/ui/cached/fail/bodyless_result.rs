//! `result` where nothing is loaded.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, result)]
fn user(id: u64) -> Entry<bool>;

fn main() {}
