//! A type parameter of the block that is in no key.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users<D> {
    #[skip]
    db: D,
}

#[cache_strategy]
impl<D: Sync + Send> Users<D> {
    #[cached(key = "<id>")]
    async fn user(&self, id: u64) -> u64 {
        id
    }

    #[cached(key = "other/<id>")]
    async fn other(&self, id: u64) -> u64 {
        id
    }
}

fn main() {}
