//! A function that is not async, and a value that serde does not know.

use cache_runtime::prelude::*;

struct User;

#[cached(namespace = "user", key = "user/<id>", ttl = 60)]
fn user(id: u64) -> User {
    let _ = id;
    User
}

fn main() {}
