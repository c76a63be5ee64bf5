//! A path to a field that does not exist.

use cache_runtime::prelude::*;

#[derive(Clone)]
struct Request {
    id: u64,
    trace: String,
}

#[cached(namespace = "user", key = "<req.name>", ttl = 60, partial(req))]
async fn user(req: Request) -> String {
    format!("{}{}", req.id, req.trace)
}

fn main() {}
