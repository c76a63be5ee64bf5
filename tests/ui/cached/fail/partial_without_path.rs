//! `partial` of what is not in the key.

use cache_runtime::prelude::*;

#[derive(Clone)]
struct Request {
    id: u64,
    trace: String,
}

#[cached(namespace = "user", key = "x", ttl = 60, partial(req))]
async fn user(req: Request) -> String {
    format!("{}{}", req.id, req.trace)
}

fn main() {}
