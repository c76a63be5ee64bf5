//! Tags are made of parameters.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "feed", ttl = 60, tags("feed"))]
struct Feed;

fn main() {}
