//! A skipped parameter that nothing can use.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, skip(db))]
fn user(id: u64, db: &str) -> Entry<bool>;

fn main() {}
