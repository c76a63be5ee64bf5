//! A path in quotes.

use cache_runtime::prelude::*;

#[derive(Debug)]
struct Failed;

fn copy(_: &Failed) -> Failed {
    Failed
}

#[cached(namespace = "user", key = "<id>", ttl = 60, share_error = "copy")]
async fn user(id: u64) -> Result<u64, Failed> {
    if id > 0 { Ok(id) } else { Err(copy(&Failed)) }
}

fn main() {}
