//! A strategy that is none.

use cache_runtime::prelude::*;

struct Users;

#[cached(strategy = Users, key = "user/<id>")]
async fn user(id: u64) -> u64 {
    id
}

fn main() {}
