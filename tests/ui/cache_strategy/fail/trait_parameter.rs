//! A parameter of the trait alone.

use cache_runtime::prelude::*;

trait Repo<T> {
    fn user(&self, id: u64) -> impl Future<Output = u64>;
}

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users;

#[cache_strategy]
impl<T> Repo<T> for Users {
    #[cached(key = "<id>", skip(T))]
    async fn user(&self, id: u64) -> u64 {
        id
    }
}

fn main() {}
