//! A companion that was not imported.

use cache_runtime::prelude::*;

mod users {
    use cache_runtime::prelude::*;

    #[cached(namespace = "user", key = "user/<id>", ttl = 60)]
    pub async fn user(id: u64) -> u64 {
        id
    }
}

use users::user;

async fn all() {
    user(1).await;
    let _ = user_entry(1).invalidate().await;
}

fn main() {}
