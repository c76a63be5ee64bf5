//! No lifetime.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user")]
struct Users;

fn main() {}
