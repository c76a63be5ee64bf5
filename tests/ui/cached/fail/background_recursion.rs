//! A function that calls itself in a task, through a future that does not say that it is `Send`.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "<id>", ttl = 60, background)]
async fn user(id: u64) -> u64 {
    if id == 0 { 0 } else { Box::pin(user(id - 1)).await }
}

fn main() {}
