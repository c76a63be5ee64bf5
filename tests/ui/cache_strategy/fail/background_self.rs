//! `self` is cloned into the task.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "<id>", background)]
    async fn user(&self, id: u64) -> u64 {
        id
    }
}

fn main() {}
