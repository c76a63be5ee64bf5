//! The runtime under another name.
#![deny(warnings)]
#![forbid(unsafe_code)]

mod hidden {
    pub mod deep {
        pub use cache_runtime as store;
    }
}

use hidden::deep::store;
use store::{Any, CacheKey, CacheStrategy as _, CacheValue, Entry, cache_strategy, cached, cache_invalidate};

// Nothing may reach for the real name.
mod cache_runtime {}

#[derive(CacheKey)]
#[cache(crate = store)]
struct Id(u8);

#[derive(Clone, serde::Serialize, serde::Deserialize, CacheValue)]
#[cache(crate = store)]
struct Thing {
    n: u8,
}

#[cached(namespace = "n", key = "thing/<id>", ttl = 60, crate = store)]
async fn thing(id: Id) -> Thing {
    Thing { n: id.0 }
}

#[cache_strategy(namespace = "n", ttl = 60, crate = crate::hidden::deep::store)]
struct Things;

#[cache_strategy(crate = store)]
impl Things {
    #[cached(key = "flag/<id>")]
    fn flag(&self, id: Id) -> Entry<bool>;

    #[cache_invalidate(self.flag(Id(id)), thing(*))]
    async fn clear(&self, id: u8) {}
}

impl Clone for Id {
    fn clone(&self) -> Self {
        Id(self.0)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(thing(Id(1)).await.n, 1);
    assert_eq!(thing_pattern(Any).to_string(), "n:v1:thing:*");
    assert_eq!(Things::STRATEGY.prefix, "n:v1");
    Things.flag(Id(1)).set(&true).await.expect("memory");
    Things.clear(1).await;
    assert_eq!(Things.flag(Id(1)).get().await, None);
    assert!(thing_entry(Id(1)).get().await.is_none());
}
