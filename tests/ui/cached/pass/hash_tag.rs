//! Braces are a hash tag: around a placeholder, and around a text that happens to be a parameter's name.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::prelude::*;

#[cached(namespace = "tag", key = "{<tenant>}/page_<page>", ttl = 60)]
async fn page(tenant: u64, page: u32) -> u64 {
    tenant + u64::from(page)
}

#[cached(namespace = "tag", key = "{user}/<user>", ttl = 60)]
async fn user(user: u64) -> u64 {
    user
}

#[cached(namespace = "tag", key = "{clock}", ttl = 60, skip(clock))]
async fn now(clock: u64) -> u64 {
    clock
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!((page(3, 1).await, user(7).await, now(9).await), (4, 7, 9));
    assert_eq!(page_entry(3, 1).key(), &"tag:v1:{3}:page_1");
    assert_eq!(user_entry(7).key(), &"tag:v1:{user}:7");
    assert_eq!(now_entry().key(), &"tag:v1:{clock}");
}
