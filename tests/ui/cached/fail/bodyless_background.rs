//! Nothing is loaded without a body.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<id>", ttl = 60, background)]
fn user(id: u64) -> Entry<String>;

fn main() {}
