//! A batch without ids, with two lists, without a map, with a map of something else, and with what might be missing.

use std::collections::HashMap;

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "none/<id>", ttl = 60, batch)]
async fn none(id: u64) -> HashMap<u64, String> {
    HashMap::from([(id, String::new())])
}

#[cached(namespace = "user", key = "two/<ids>/<tags>", ttl = 60, batch)]
async fn two(ids: &[u64], tags: &[u64]) -> HashMap<u64, String> {
    let _ = (ids, tags);
    HashMap::new()
}

#[cached(namespace = "user", key = "list/<ids>", ttl = 60, batch)]
async fn list(ids: &[u64]) -> Result<Vec<u64>, String> {
    Ok(ids.to_vec())
}

#[cached(namespace = "user", key = "other/<ids>", ttl = 60, batch)]
async fn other(ids: &[u64]) -> HashMap<String, String> {
    let _ = ids;
    HashMap::new()
}

#[cached(namespace = "user", key = "option/<ids>", ttl = 60, batch)]
async fn option(ids: &[u64]) -> HashMap<u64, Option<String>> {
    let _ = ids;
    HashMap::new()
}

#[cached(namespace = "user", key = "named/<ids>", ttl = 60, batch(id))]
async fn named(ids: &[u64]) -> HashMap<u64, String> {
    let _ = ids;
    HashMap::new()
}

fn main() {}
