//! `write` on a plain TTL entry.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60, kind = "ttl")]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "<id>")]
    fn user(&self, id: u64) -> Entry<u64>;
}

async fn change() {
    let _ = Users.user(1).write(|| async { Ok::<u64, ()>(1) }).await;
}

fn main() {}
