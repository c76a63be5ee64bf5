//! What does not go with a batch.

use std::collections::HashMap;

use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "name/<ids>", ttl = 60, batch, stale_if_error = "1h", tags("all"))]
async fn name(ids: &[u64]) -> HashMap<u64, String> {
    let _ = ids;
    HashMap::new()
}

#[cached(namespace = "user", key = "page/<ids>", ttl = 60, batch)]
fn page(ids: &[u64]) -> HashMap<u64, String> {
    let _ = ids;
    HashMap::new()
}

#[cached(namespace = "user", key = "entry/<ids>", ttl = 60, batch)]
fn entry(ids: &[u64]) -> Entry<u64>;

#[cached(namespace = "user", key = "counted/<ids>", ttl = 60, batch, skip(count))]
async fn counted(ids: &[u64], count: &mut u64) -> HashMap<u64, String> {
    *count += ids.len() as u64;
    HashMap::new()
}

#[cache_strategy(namespace = "users", ttl = 60, stale_if_error = "1h")]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "name/<ids>", batch)]
    async fn names(&self, ids: &[u64]) -> HashMap<u64, String> {
        let _ = ids;
        HashMap::new()
    }

    #[cached(key = "page/<ids>", batch, stale_if_error = false)]
    async fn pages(&self, ids: &[u64]) -> HashMap<u64, String> {
        let _ = ids;
        HashMap::new()
    }
}

fn main() {}
