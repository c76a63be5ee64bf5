//! Options of the struct on the impl block.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users;

#[cache_strategy(namespace = "user", ttl = 60)]
impl Users {}

fn main() {}
