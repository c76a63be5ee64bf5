//! The strategy's default needs a task, and the method has none.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60, stale_while_revalidate = "10m")]
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
