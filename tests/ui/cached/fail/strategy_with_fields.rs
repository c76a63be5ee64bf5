//! A strategy with key fields, and no `self` to take them from.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
struct Users {
    #[key]
    tenant: u8,
}

#[cached(strategy = Users, key = "user/<id>")]
async fn user(id: u64) -> u64 {
    id
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let _ = Users { tenant: 1 }.tenant;
    let _ = user(1).await;
}
