//! A put into an entry that is not write-through, in an impl block.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60, kind = "cache_aside")]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "user/<id>")]
    async fn user(&self, id: u64) -> Result<u64, ()> {
        Ok(id)
    }

    #[cache_put(self.user(id))]
    async fn replace(&self, id: u64) -> Result<u64, ()> {
        Ok(id)
    }
}

fn main() {}
