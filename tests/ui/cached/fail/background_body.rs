//! The body holds what no task can.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "<id>", ttl = 60, background)]
async fn user(id: u64) -> u64 {
    let rc = std::rc::Rc::new(id);
    std::future::ready(()).await;
    *rc
}

fn main() {}
