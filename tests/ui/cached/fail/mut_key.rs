//! What the body changes of what is in the key would not be changed on a hit. What it only works with is skipped.

use cache_runtime::prelude::*;

struct Request {
    user_id: u64,
    hops: u32,
}

#[cached(namespace = "user", key = "number/<id>", ttl = 60, skip(connection))]
async fn number(connection: &mut Vec<u64>, id: &mut u64) -> u64 {
    *id += 1;
    connection.push(*id);
    *id
}

#[cached(namespace = "user", key = "sync/<id>", ttl = 60)]
fn sync(id: &mut u64) -> u64 {
    *id
}

#[cached(namespace = "user", key = "request/<request.user_id>", ttl = 60, partial(request))]
async fn request(request: &mut Request) -> u64 {
    request.hops += 1;
    request.user_id
}

#[cached(namespace = "user", key = "entry/<id>", ttl = 60)]
fn entry(id: &mut u64) -> Entry<u64>;

fn main() {}
