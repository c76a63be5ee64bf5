//! A function of a type, without `#[cache_strategy]`.

use cache_runtime::prelude::*;

struct User;

impl User {
    #[cached(namespace = "user", key = "user/<id>", ttl = 60)]
    async fn load(id: u64) -> Self {
        let _ = id;
        Self
    }
}

fn main() {}
