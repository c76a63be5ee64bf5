//! An option of methods.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60, key = "x")]
struct Users;

fn main() {}
