//! Codecs and compression, on functions, on strategies, and for generic values.

use cache_runtime::prelude::*;
use cache_runtime::KeyType;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CacheValue)]
struct Page<T> {
    items: Vec<T>,
}

#[cached(namespace = "pages", key = "<T>/<id>", ttl = 60, codec = "postcard", compress = "lz4", compress_above = 64)]
async fn page<T>(id: u64) -> Page<T>
where
    T: From<u8> + CacheValue + KeyType + Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    Page { items: vec![T::from(id as u8); 100] }
}

#[cache_strategy(namespace = "named", ttl = 60, codec = "msgpack", compress = "zstd")]
struct Named;

#[cache_strategy]
impl Named {
    #[cached(key = "<id>", compress = false)]
    async fn name(&self, id: u64) -> Result<Option<String>, String> {
        Ok(Some(id.to_string()))
    }

    #[cached(key = "all", codec = "json", compress_above = 10)]
    async fn all(&self) -> Vec<String> {
        vec!["a".into(); 20]
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(page::<u64>(7).await, Page { items: vec![7; 100] });
    assert_eq!(page::<u64>(7).await, page_entry::<u64>(7).get().await.unwrap());
    assert_eq!(Named.name(7).await, Ok(Some("7".into())));
    assert_eq!(Named.all().await.len(), 20);
    let shown: Vec<String> = CacheManager::global().catalog().iter().map(|entry| entry.policy.to_string()).collect();
    assert!(shown.contains(&"1m, codec postcard, compress lz4 above 64 B".to_owned()), "{shown:?}");
    assert!(shown.contains(&"1m, codec msgpack".to_owned()), "{shown:?}");
}
