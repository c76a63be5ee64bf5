//! Methods: the struct's `#[key]` fields stand ahead of every key, its `Cache` holds the entries.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cache_runtime::prelude::*;

#[derive(Default)]
struct Db(AtomicU32);

/// A catalogue: it is a different one for each tenant and language.
#[cache_strategy(namespace = "shop", ttl = "10m", kind = "cache_aside", version = 2, none_ttl = "1m")]
#[derive(Clone)]
pub struct Catalogue {
    #[key]
    tenant: String,
    #[key]
    language: Option<&'static str>,
    #[skip]
    db: Arc<Db>,
    cache: Cache,
}

#[cache_strategy]
impl Catalogue {
    const LIMIT: u32 = 10;

    fn plain(&self) -> u32 {
        self.db.0.load(Ordering::SeqCst)
    }

    /// One item.
    #[cached(key = "item/<id>", ttl = 30)]
    pub async fn item(&self, id: u32) -> Option<u32> {
        self.db.0.fetch_add(1, Ordering::SeqCst);
        (id < Self::LIMIT).then_some(id)
    }

    #[cached(key = "count")]
    async fn count(self: &Self) -> u32 {
        self.plain()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let cache = Cache::memory();
    let one = Catalogue { tenant: "a:b".into(), language: None, db: Arc::default(), cache };
    let other = Catalogue { tenant: "c".into(), language: Some("en"), ..one.clone() };
    assert_eq!(one.item(1).await, Some(1));
    assert_eq!(one.item(1).await, Some(1));
    assert_eq!(one.plain(), 1);
    assert_eq!(other.item(1).await, Some(1));
    assert_eq!(one.plain(), 2);
    assert_eq!((one.item(11).await, one.item(11).await), (None, None));
    assert_eq!(one.plain(), 3);
    assert_eq!(one.item_entry(1).key().to_string(), "shop:v2:a%3Ab:%-:item:1");
    assert_eq!(other.item_entry(1).key().to_string(), "shop:v2:c:en:item:1");
    assert_eq!(other.item_pattern(Any).to_string(), "shop:v2:c:en:item:*");
    assert_eq!(one.count().await, 3);
    assert_eq!(one.item_uncached(2).await, Some(2));
    assert_eq!(Catalogue::STRATEGY.version, 2);
}
