//! A type parameter without a name in what is in the key, by itself and inside of other types; and the same of what is skipped, which
//! is none.

use std::collections::HashMap;
use std::fmt::Debug;

use cache_runtime::KeyType;
use cache_runtime::prelude::*;

#[cached(namespace = "user", key = "shown/<v>", ttl = 60)]
async fn shown(v: impl CacheKey + Debug + Send + Sync) -> String {
    format!("{v:?}")
}

#[cached(namespace = "user", key = "inside/<a>/<b>/<c>/<T>/<id>", ttl = 60, skip(db))]
async fn inside<T: KeyType>(
    a: &impl CacheKey,
    b: Option<impl CacheKey>,
    c: (impl CacheKey, &'static [impl CacheKey]),
    id: u64,
    db: impl Fn(u64) -> u64,
) -> u64 {
    let _ = (a, b, c);
    db(id)
}

#[cached(namespace = "user", key = "list/<list>", ttl = 60)]
async fn list(list: impl IntoIterator<Item = impl CacheKey> + CacheKey) -> u64 {
    let _ = list;
    1
}

#[cached(namespace = "user", key = "many/<ids>", ttl = 60, batch)]
async fn many(ids: &[impl CacheKey + Copy]) -> HashMap<u64, u64> {
    let _ = ids;
    HashMap::new()
}

#[cached(namespace = "user", key = "task/<id>", ttl = 60, background)]
async fn task(id: impl CacheKey) -> u64 {
    let _ = id;
    1
}

#[cached(namespace = "user", key = "sync/<id>", ttl = 60)]
fn sync(id: impl CacheKey) -> u64 {
    let _ = id;
    1
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // Callers are left alone.
    let _ = (shown("7").await, shown_entry("7").get().await, shown_pattern(Any));
    let _ = (inside::<u8>(&1, Some("x"), (1, &["x"]), 1, |id| id).await, inside_pattern::<u8>(Any, Any, Any, 7));
    let _ = many(&[1]).await;
    let _ = (sync(1), sync_entry("x").get());
}
