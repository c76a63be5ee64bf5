//! `fetch` on a write-through entry.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60, kind = "write_through")]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "<id>")]
    fn user(&self, id: u64) -> Entry<u64>;
}

async fn change() {
    let _ = Users.user(1).fetch(|| async { Ok::<u64, ()>(1) }).await;
}

fn main() {}
