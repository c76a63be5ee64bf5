//! A parameter that is no key part.

use cache_runtime::prelude::*;

struct Id(u64);

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
async fn user(id: Id) -> u64 {
    id.0
}

fn main() {}
