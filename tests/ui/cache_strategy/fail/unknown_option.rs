//! A misspelled option.

use cache_runtime::prelude::*;

#[cache_strategy(namespce = "user", namespace = "user", ttl = 60)]
struct Users;

fn main() {}
