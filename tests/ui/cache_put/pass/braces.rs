//! Bodies of one line: nobody says that their braces could go.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::prelude::*;

#[cached(namespace = "braces", key = "name/<id>", ttl = 60, kind = "write_through")]
async fn name(id: u64) -> Result<String, ()> { Ok(id.to_string()) }

#[cache_put(name(id))]
async fn rename(id: u64, name: String) -> Result<String, ()> { let _ = id; Ok(name) }

#[cache_put(name(id))]
async fn reset(id: u64) -> Result<String, ()> { Ok(id.to_string()) }

#[cache_put(name(id))]
async fn plain(id: u64) -> String { id.to_string() }

#[cache_invalidate(name(id))]
async fn remove(id: u64) -> Result<u64, ()> { Ok(id) }

#[cache_invalidate(name(*))]
async fn clear() {}

#[cache_strategy(namespace = "braces", ttl = 60, kind = "write_through")]
pub struct Names;

#[cache_strategy]
impl Names {
    #[cached(key = "of/<id>")]
    pub async fn of(&self, id: u64) -> Result<u64, ()> { Ok(id) }

    #[cache_put(self.of(id))]
    pub async fn put(&self, id: u64) -> Result<u64, ()> { Ok(id) }

    #[cache_invalidate(self.of(id))]
    #[cache_put(self.of(id))]
    pub async fn both(&self, id: u64) -> Result<u64, ()> { Ok(id) }

    #[cache_invalidate(self.of(id))]
    pub async fn drop(&self, id: u64) -> Result<u64, ()> { Ok(id) }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(name(1).await.as_deref(), Ok("1"));
    assert_eq!(rename(1, "ann".into()).await.as_deref(), Ok("ann"));
    assert_eq!(name(1).await.as_deref(), Ok("ann"));
    assert_eq!((reset(1).await.as_deref(), plain(1).await.as_str()), (Ok("1"), "1"));
    assert_eq!(remove(1).await, Ok(1));
    clear().await;
    assert_eq!((Names.of(1).await, Names.put(1).await), (Ok(1), Ok(1)));
    assert_eq!((Names.both(1).await, Names.drop(1).await), (Ok(1), Ok(1)));
}
