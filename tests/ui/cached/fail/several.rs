//! All mistakes of one annotation, at once.

use cache_runtime::prelude::*;

#[cached(namespace = "User", key = "user:<id>", ttl = 0, colour = "red")]
async fn user(id: u64, (a, b): (u8, u8)) -> String {
    format!("{id}{a}{b}")
}

fn main() {}
