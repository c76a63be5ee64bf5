//! How a waiting caller gets an error: a clone, a message, a copy made by hand, or its own load.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::prelude::*;

#[derive(Debug)]
struct Opaque(u8);

fn copy(error: &Opaque) -> Opaque {
    Opaque(error.0)
}

#[cached(namespace = "e", key = "by/<n>", ttl = 60, share_error = copy)]
async fn by(n: u8) -> Result<u8, Opaque> {
    Err(Opaque(n))
}

#[cached(namespace = "e", key = "alone/<n>", ttl = 60)]
async fn alone(n: u8) -> Result<u8, Opaque> {
    Err(Opaque(n))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(by(1).await.expect_err("an error").0, 1);
    assert_eq!(alone(1).await.expect_err("an error").0, 1);
}
