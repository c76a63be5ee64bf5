//! Off already.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60, detached = false)]
#[derive(Clone)]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "<id>")]
    async fn user(&self, id: u64) -> Result<String, String> {
        Ok(id.to_string())
    }
}

fn main() {}
