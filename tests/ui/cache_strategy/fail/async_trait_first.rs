//! `#[async_trait]` above `#[cache_strategy]`.

use cache_runtime::prelude::*;

#[async_trait::async_trait]
trait Repo {
    async fn user(&self, id: u64) -> u64;
}

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users;

#[async_trait::async_trait]
#[cache_strategy]
impl Repo for Users {
    #[cached(key = "<id>")]
    async fn user(&self, id: u64) -> u64 {
        id
    }
}

fn main() {}
