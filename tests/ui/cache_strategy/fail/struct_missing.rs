//! An impl block whose type has no strategy.

use cache_runtime::prelude::*;

struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "<id>")]
    async fn user(&self, id: u64) -> u64 {
        id
    }
}

fn main() {}
