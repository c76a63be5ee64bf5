//! A method whose block says no strategy.

use cache_runtime::prelude::*;

struct Users;

impl Users {
    #[cache_invalidate(tag("user/<id>"))]
    async fn change(&self, id: u64) -> u64 {
        id
    }
}

fn main() {}
