//! A path without `partial`.

use cache_runtime::prelude::*;

#[derive(Clone)]
struct Request {
    id: u64,
    trace: String,
}

#[cached(namespace = "user", key = "<req.id>", ttl = 60)]
async fn user(req: Request) -> String {
    format!("{}{}", req.id, req.trace)
}

fn main() {}
