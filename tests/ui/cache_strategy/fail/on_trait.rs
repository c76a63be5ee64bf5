//! `#[cache_strategy]` on a trait.

use cache_runtime::prelude::*;

#[cache_strategy]
trait Users {}

fn main() {}
