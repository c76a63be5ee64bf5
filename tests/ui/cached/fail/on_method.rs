//! A method, without `#[cache_strategy]` above the impl block.

use cache_runtime::prelude::*;

struct Users;

impl Users {
    #[cached(key = "user/<id>", ttl = 60)]
    async fn user(&self, id: u64) -> String {
        id.to_string()
    }
}

fn main() {
    let _ = Users.user(1);
}
