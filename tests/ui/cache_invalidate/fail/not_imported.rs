//! A target whose companions were not imported.

use cache_runtime::prelude::*;

mod users {
    use cache_runtime::prelude::*;

    #[cached(namespace = "user", key = "user/<id>", ttl = 60)]
    pub async fn user(id: u64) -> u64 {
        id
    }
}

use users::user;

async fn read() -> u64 {
    user(1).await
}

#[cache_invalidate(user(id))]
async fn change(id: u64) -> Result<String, ()> {
    Ok(id.to_string())
}

fn main() {}
