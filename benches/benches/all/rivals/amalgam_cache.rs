//! `amalgam-cache`: values in memory, and the way to Redis past them.

use std::sync::Arc;
use std::time::Duration;

use amalgam::provider::{JsonSerializer, RedisDistributedCache};
use amalgam::{Cache, EntryOptions};
use cache_benches::Profile;

/// In memory alone.
pub(crate) fn in_memory() -> Cache<Arc<Profile>> {
    Cache::builder().try_build().expect("a cache")
}

/// On Redis; nothing is read from or kept in memory.
pub(crate) async fn on_redis(url: &str) -> Cache<Profile> {
    let store = RedisDistributedCache::connect(url.to_owned()).await.expect("amalgam's connection");
    let options = EntryOptions::new(Duration::from_secs(3600)).with_skip_memory(true, true);
    Cache::builder()
        .distributed(Arc::new(store))
        .serializer(Arc::new(JsonSerializer))
        .default_options(options)
        .try_build()
        .expect("a cache")
}

/// Reads a profile, and loads it if there is none.
pub(crate) async fn get(cache: &Cache<Arc<Profile>>, key: &str, id: i64) -> Arc<Profile> {
    let load = move |_| async move { Ok::<_, std::convert::Infallible>(Arc::new(Profile::of(id))) };
    cache.get_or_set(key, load).await.expect("a profile")
}

/// The same from Redis.
pub(crate) async fn get_far(cache: &Cache<Profile>, key: &str, id: i64) -> Profile {
    let load = move |_| async move { Ok::<_, std::convert::Infallible>(Profile::of(id)) };
    cache.get_or_set(key, load).await.expect("a profile")
}
