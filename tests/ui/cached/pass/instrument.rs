//! `#[tracing::instrument]` above and below, which puts a block of its own around a function's.

use std::collections::HashMap;

use cache_runtime::prelude::*;

#[cached(namespace = "traced", key = "below/<id>", ttl = 60, tags("all"))]
#[tracing::instrument]
async fn below(id: u64) -> u64 {
    id
}

#[tracing::instrument(skip_all, fields(id))]
#[cached(namespace = "traced", key = "above/<id>", ttl = 60)]
async fn above(id: &str) -> Result<Vec<String>, String> {
    Ok(vec![id.to_owned()])
}

#[cached(namespace = "traced", key = "in_task/<id>", ttl = 60, detached)]
#[tracing::instrument]
async fn in_task(id: u64) -> u64 {
    id
}

#[cached(namespace = "traced", key = "sync/<id>", ttl = 60)]
#[tracing::instrument]
fn sync(id: u64) -> u64 {
    id
}

#[cached(namespace = "traced", key = "many/<ids>", ttl = 60, batch)]
#[tracing::instrument]
async fn many(ids: &[u64]) -> HashMap<u64, u64> {
    ids.iter().map(|id| (*id, *id)).collect()
}

#[derive(Debug)]
#[cache_strategy(namespace = "traced", ttl = 60, kind = "write_through")]
struct Traced;

#[cache_strategy]
impl Traced {
    #[cached(key = "method/<id>")]
    #[tracing::instrument(skip(self))]
    async fn method(&self, id: u64) -> Option<u64> {
        Some(id)
    }

    #[tracing::instrument(ret)]
    #[cached(key = "other/<id>")]
    async fn other(&self, id: u64) -> u64 {
        id
    }

    #[cache_put(self.other(id))]
    #[tracing::instrument]
    async fn put(&self, id: u64) -> u64 {
        id + 1
    }

    #[tracing::instrument]
    #[cache_invalidate(self.other(id))]
    async fn change(&self, id: u64) {
        let _ = id;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!((below(7).await, in_task(7).await, sync(7)), (7, 7, 7));
    assert_eq!((above("a").await, many(&[7]).await.len()), (Ok(vec!["a".to_owned()]), 1));
    assert_eq!((Traced.method(7).await, Traced.other(7).await, Traced.put(7).await), (Some(7), 7, 8));
    assert_eq!(Traced.other(7).await, 8);
    Traced.change(7).await;
    assert_eq!((Traced.other_entry(7).get().await, below_entry(7).get().await), (None, Some(7)));
}
