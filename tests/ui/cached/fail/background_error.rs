//! The error goes from the task to its caller.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "<id>", ttl = 60, background)]
async fn user(id: u64) -> Result<u64, std::rc::Rc<u8>> {
    Ok(id)
}

fn main() {}
