//! A mistake in one method leaves the others and all callers alone.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "user:<id>")]
    async fn bad(&self, id: u64) -> u64 {
        id
    }

    #[cached(key = "<id>")]
    async fn good(&self, id: u64) -> u64 {
        id
    }

    #[cached(key = "flag:<id>")]
    fn flag(&self, id: u64) -> Entry<bool>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let _ = Users.bad(1).await + Users.good(1).await;
    let _ = (Users.bad_entry(1), Users.good_entry(1));
    let _ = Users.flag(1).get().await;
}
