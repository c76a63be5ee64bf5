//! The strategy's default needs an error that tells of it.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60, load_timeout = "2s")]
#[derive(Clone)]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "<id>", background)]
    async fn user(&self, id: u64) -> Result<String, String> {
        Ok(id.to_string())
    }
}

fn main() {}
