//! A value with a lifetime.

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "user/<name>", ttl = 60)]
async fn user(name: &str) -> Result<std::borrow::Cow<'_, str>, ()> {
    Ok(name.into())
}

fn main() {}
