//! Longer than the strategy's `load_timeout`.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60, load_timeout = "2s", stale_if_error = "1h")]
#[derive(Clone)]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "<id>", soft_load_timeout = "3s")]
    async fn user(&self, id: u64) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        Ok(id.to_string())
    }
}

fn main() {}
