//! A path into a parameter whose type has no name: the types behind it are as many, and each has a part of that name.

use std::ops::Deref;

use cache_runtime::prelude::*;

struct Request {
    user_id: u64,
}

#[cached(namespace = "user", key = "<req.user_id>", ttl = 60, partial(req))]
async fn user(req: impl Deref<Target = Request>) -> u64 {
    req.user_id
}

#[cached(namespace = "user", key = "first/<pair.0>", ttl = 60, partial(pair))]
async fn first(pair: (u64, impl ToString)) -> String {
    pair.1.to_string()
}

fn main() {}
