//! A value of another type, in an impl block.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60, kind = "write_through")]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "user/<id>")]
    async fn user(&self, id: u64) -> Result<Vec<String>, ()> {
        Ok(vec![id.to_string()])
    }

    #[cache_put(self.user(id))]
    async fn replace(&self, id: u64) -> Result<u64, ()> {
        Ok(id)
    }

    #[cache_put(self.user(id))]
    async fn set(&self, id: u64) -> u64 {
        id
    }
}

fn main() {}
