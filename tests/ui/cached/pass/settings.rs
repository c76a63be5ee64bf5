//! Every form of the settings of stale values and loads.

use cache_runtime::LoadTimeout;
use cache_runtime::prelude::*;

#[derive(Clone, Debug)]
enum Failed {
    TimedOut,
    Other,
}

impl From<LoadTimeout> for Failed {
    fn from(_: LoadTimeout) -> Failed {
        Failed::TimedOut
    }
}

#[cached(namespace = "a", key = "<id>", ttl = 60, stale_if_error = "6h", retry_after = "500ms", jitter = 0.1)]
async fn in_caller(id: u64) -> Result<u64, Failed> {
    Ok(id)
}

#[cached(namespace = "b", key = "<id>", ttl = 60, stale_while_revalidate = 600, early_refresh, detached)]
async fn in_background(id: u64) -> u64 {
    id
}

#[cached(namespace = "c", key = "<id>", ttl = 60, stale_if_error = "6h", soft_load_timeout = "100ms",
         load_timeout = "2s", early_refresh = 1.5)]
async fn timed(id: u64) -> Result<Option<u64>, Failed> {
    if id == 0 { Err(Failed::Other) } else { Ok(Some(id)) }
}

#[cached(namespace = "d", key = "<id>", ttl = 60, load_timeout = "2s", timeout_error = timed_out)]
async fn by_path(id: u64) -> Result<u64, &'static str> {
    Ok(id)
}

fn timed_out(_: LoadTimeout) -> &'static str {
    "timed out"
}

#[cached(namespace = "e", key = "<id>", ttl = 60, jitter = 0.5)]
fn entry(id: u64) -> Entry<u64>;

#[cache_strategy(namespace = "f", ttl = 60, stale_while_revalidate = "10m", stale_if_error = "1h", early_refresh = 2,
                 jitter = 0.1, load_timeout = "1m", soft_load_timeout = "1s", none_ttl = 5, detached)]
#[derive(Clone)]
struct Users;

#[cache_strategy]
impl Users {
    #[cached(key = "all/<id>", background)]
    async fn with_all(&self, id: u64) -> anyhow::Result<u64> {
        Ok(id)
    }

    #[cached(key = "none/<id>", stale_while_revalidate = false, stale_if_error = false, early_refresh = false,
             jitter = false, load_timeout = false, soft_load_timeout = false, none_ttl = false, detached = false)]
    async fn with_none(&self, id: u64) -> Option<u64> {
        Some(id)
    }

    #[cached(key = "entry/<id>")]
    fn entry(&self, id: u64) -> Entry<u64>;
}

fn policy(strategy: &str, name: &str) -> String {
    let entries = CacheManager::new(&Cache::disabled()).catalog();
    let entry = entries.into_iter().find(|entry| (entry.strategy, entry.name) == (strategy, name));
    entry.map(|entry| entry.policy.to_string()).unwrap_or_default()
}

#[tokio::main]
async fn main() {
    assert_eq!(policy("", "in_caller"), "1m, stale_if_error 6h, jitter 0.1");
    assert_eq!(policy("", "in_background"), "1m, stale_while_revalidate 10m, early_refresh 1, detached");
    assert_eq!(
        policy("", "timed"),
        "1m, stale_if_error 6h, soft_load_timeout 100ms, load_timeout 2s, early_refresh 1.5"
    );
    assert_eq!(policy("Users", "with_none"), "1m");
    assert_eq!(
        policy("Users", "with_all"),
        "1m, none 5s, stale_while_revalidate 10m, stale_if_error 1h, soft_load_timeout 1s, load_timeout 1m, \
         early_refresh 2, jitter 0.1, detached"
    );
    assert_eq!(in_caller(1).await.unwrap(), 1);
    assert_eq!(in_background(1).await, 1);
    assert_eq!(timed(1).await.unwrap(), Some(1));
    assert_eq!(by_path(1).await, Ok(1));
    assert_eq!(entry(1).get().await, None);
    assert_eq!(Users.with_all(1).await.unwrap(), 1);
    assert_eq!(Users.with_none(1).await, Some(1));
    assert_eq!(Users.entry(1).get().await, None);
}
