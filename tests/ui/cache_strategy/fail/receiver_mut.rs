//! A method that takes `&mut self`.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "<id>")]
    async fn user(&mut self, id: u64) -> u64 {
        id
    }
}

fn main() {}
