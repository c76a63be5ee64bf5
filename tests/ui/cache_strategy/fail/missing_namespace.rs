//! No namespace.

use cache_runtime::prelude::*;

#[cache_strategy(ttl = 60)]
struct Users;

fn main() {}
