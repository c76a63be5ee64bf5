//! Only what is in the key of a partial parameter.

use cache_runtime::prelude::*;

struct Request {
    user_id: u64,
    trace: String,
}

#[cached(namespace = "feed", key = "user/<req.user_id>", ttl = 60, partial(req), tags("trace/<req.trace>"))]
async fn feed(req: Request) -> u64 {
    let _ = req.trace;
    req.user_id
}

fn main() {}
