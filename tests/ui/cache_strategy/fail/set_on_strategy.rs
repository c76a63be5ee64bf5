//! `set` with a dynamic key, on a strategy of another kind.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60, kind = "cache_aside")]
struct Users;

async fn change() {
    let _ = Users.set(("user", 7), &1).await;
}

fn main() {}
