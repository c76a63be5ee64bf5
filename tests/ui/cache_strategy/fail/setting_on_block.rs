//! An option of the struct.

use cache_runtime::prelude::*;

#[cache_strategy(namespace = "user", ttl = 60)]
#[derive(Clone)]
struct Users;

#[cache_strategy(jitter = 0.1)]
impl Users {
    #[cached(key = "<id>")]
    async fn user(&self, id: u64) -> Result<String, String> {
        Ok(id.to_string())
    }
}

fn main() {}
