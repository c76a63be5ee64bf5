//! A method without a key.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users;

#[cache_strategy]
impl Users {
    #[cached]
    async fn user(&self, id: u64) -> u64 {
        id
    }
}

fn main() {}
