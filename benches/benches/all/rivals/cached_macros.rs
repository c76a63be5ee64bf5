//! `cached`: functions in memory, and one on Redis.

use std::sync::{Arc, OnceLock};

use cache_benches::Profile;
use cached::AsyncRedisCache;
use cached::macros::{cached, concurrent_cached};

#[cached]
pub(crate) fn one_lock(id: i64) -> Arc<Profile> {
    Arc::new(Profile::of(id))
}

#[cached(max_size = 100_000, ttl_secs = 3600)]
pub(crate) fn bounded(id: i64) -> Arc<Profile> {
    Arc::new(Profile::of(id))
}

#[concurrent_cached]
pub(crate) fn sharded(id: i64) -> Arc<Profile> {
    Arc::new(Profile::of(id))
}

#[cached]
pub(crate) async fn one_lock_async(id: i64) -> Arc<Profile> {
    Arc::new(Profile::of(id))
}

#[concurrent_cached]
pub(crate) async fn sharded_async(id: i64) -> Arc<Profile> {
    Arc::new(Profile::of(id))
}

/// What ours is too: bounded, and with a TTL.
#[concurrent_cached(max_size = 100_000, ttl_secs = 3600)]
pub(crate) async fn sharded_bounded(id: i64) -> Arc<Profile> {
    Arc::new(Profile::of(id))
}

/// Where the Redis function connects to.
pub(crate) static URL: OnceLock<String> = OnceLock::new();

#[concurrent_cached(
    map_error = |error| format!("{error:?}"),
    ty = "cached::AsyncRedisCache<i64, Profile>",
    create = r##" {
        AsyncRedisCache::builder("benchmark:cached:user")
            .ttl_secs(3600)
            .connection_string(URL.get().expect("a server"))
            .build()
            .await
            .expect("cached's connection")
    } "##
)]
pub(crate) async fn on_redis(id: i64) -> Result<Profile, String> {
    Ok(Profile::of(id))
}
