//! What this process changes, with the server's own word of it held on its way: only the answer arrives.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cache_runtime::{Invalidated, Load, WriteEffect, kind};
use cache_tests::Proxy;

use super::*;

#[cache_strategy]
impl Numbers {
    #[cached(key = "all/<ids>", batch)]
    async fn all(&self, ids: &[u64]) -> HashMap<u64, u64> {
        ids.iter().map(|id| (*id, self.source.read(*id))).collect()
    }
}

struct Deaf {
    here: Numbers,
    source: Source,
    proxy: Proxy,
    server: RedisServer,
}

impl Deaf {
    /// Number 1 is 0 there, in the near cache too, and the number under a tag.
    async fn new() -> Deaf {
        let (server, source) = (RedisServer::start(), Source::default());
        let proxy = Proxy::start(server.port()).await;
        let here = near(&proxy.url(), &source).await;
        warm(&here, &server, 1).await;
        is_near(&server, async || _ = here.tagged(1).await).await;
        proxy.hold_pushes();
        Deaf { here, source, proxy, server }
    }

    /// What the near cache has, and nothing else.
    async fn hits(&self) -> bool {
        let before = reads(&self.server);
        self.here.number(1).await;
        reads(&self.server) == before
    }

    /// The server has said something, and it did not arrive.
    async fn was_not_told(&self) {
        eventually(async || self.proxy.held_pushes() > 0).await;
    }
}

/// Bites: without `self.changing(keys)` in RedisStore::invalidate.
#[tokio::test]
async fn what_is_invalidated_is_gone_before_the_server_says_so() {
    let deaf = Deaf::new().await;
    deaf.source.set(1);
    assert_eq!(deaf.here.number_entry(1).invalidate().await.unwrap(), Invalidated::Applied);
    assert_eq!(*deaf.here.number(1).await, 1);
    deaf.was_not_told().await;
}

/// Bites: without `self.changing(keys)` in RedisStore::invalidate.
#[tokio::test]
async fn what_has_a_tag_that_fell_is_gone_before_the_server_says_so() {
    let deaf = Deaf::new().await;
    deaf.source.set(1);
    deaf.here.fell().await;
    assert_eq!(deaf.here.tagged(1).await, 1);
    deaf.was_not_told().await;
}

/// Bites: without `forget_matching` in RedisStore::invalidate_matching.
#[tokio::test]
async fn what_a_pattern_names_is_gone_before_the_server_says_so() {
    let deaf = Deaf::new().await;
    deaf.source.set(1);
    assert_eq!(deaf.here.number_pattern(Any).invalidate().await.unwrap(), 1);
    assert_eq!(*deaf.here.number(1).await, 1);
    deaf.was_not_told().await;
}

/// Bites: without `forget_namespace` in RedisStore::clear.
#[tokio::test]
async fn a_namespace_that_is_cleared_is_gone_before_the_server_says_so() {
    let deaf = Deaf::new().await;
    deaf.source.set(1);
    let cleared = CacheManager::new(&deaf.here.cache).clear_namespace("near").await;
    assert!(cleared.unwrap() > 0);
    assert_eq!((*deaf.here.number(1).await, deaf.here.tagged(1).await), (1, 1));
    deaf.was_not_told().await;
}

/// Bites: without `self.changing([key])` in RedisStore::begin_write.
#[tokio::test]
async fn what_is_written_is_read_before_the_server_says_so() {
    let deaf = Deaf::new().await;
    let Deaf { here, source, .. } = &deaf;
    let write = || async {
        source.set(1);
        assert_eq!(*here.number(1).await, 1, "from the source: it is being written");
        source.set(2);
        Ok::<_, String>(Arc::new(2))
    };
    here.number_entry(1).write(write).await.unwrap();
    assert_eq!(*here.number(1).await, 2);
    deaf.was_not_told().await;
}

/// The mark is evicted, and a reader keeps what was there before the commit.
///
/// Bites: without `self.changing([key])` in RedisStore::end_write.
#[tokio::test]
async fn what_stands_in_place_of_a_mark_is_gone_before_the_server_says_so() {
    let deaf = Deaf::new().await;
    let Deaf { here, source, server, .. } = &deaf;
    let entry = here.number_entry(1);
    let write = || async {
        server.command(&["UNLINK", entry.key().as_str()]);
        becomes(true, || deaf.hits()).await;
        source.set(1);
        Ok::<_, String>(Arc::new(1))
    };
    let written = entry.write_report(write).await.unwrap();
    assert_eq!(written.cache, WriteEffect::Contended);
    assert_eq!(*here.number(1).await, 1);
    deaf.was_not_told().await;
}

/// Bites: without `self.changing(…)` in RedisStore::put.
#[tokio::test]
async fn what_is_set_is_read_before_the_server_says_so() {
    let deaf = Deaf::new().await;
    let plain = Plain { cache: deaf.here.cache.clone() };
    let entry = plain.value_entry(1);
    entry.set(&1).await.unwrap();
    deaf.proxy.release_pushes();
    is_near(&deaf.server, async || _ = entry.get().await).await;
    deaf.proxy.hold_pushes();
    let before = deaf.proxy.held_pushes();
    entry.set(&2).await.unwrap();
    assert_eq!(entry.get().await, Some(2));
    eventually(async || deaf.proxy.held_pushes() > before).await;
}

/// Past the near cache, so that somebody loads what the near cache has still.
fn past(entry: Entry<Arc<u64>, kind::WriteThrough>) -> Entry<Arc<u64>, kind::WriteThrough> {
    entry.policy(|policy| policy.near_ttl(Some(MINUTE)).early_refresh(Some(100.0))).unwrap()
}

const MINUTE: Duration = Duration::from_secs(60);

/// Bites: without `self.changing([key])` in RedisStore::fill.
#[tokio::test]
async fn what_is_loaded_is_read_before_the_server_says_so() {
    let deaf = Deaf::new().await;
    // By somebody else, and it is not told.
    deaf.server.command(&["UNLINK", deaf.here.number_entry(1).key().as_str()]);
    assert!(deaf.hits().await, "what was read stays until it is told");
    let loader = || async { Ok::<_, String>(Arc::new(1)) };
    assert_eq!(*past(deaf.here.number_entry(1)).get_or_set(loader).await.unwrap(), 1);
    assert_eq!(*deaf.here.number(1).await, 1);
    deaf.was_not_told().await;
}

/// A reader has its answer already, and keeps it only while the batch is being filled.
///
/// Bites: without `self.changing(…)` in RedisStore::settle_many (store/redis/many.rs).
#[tokio::test]
async fn what_a_batch_loads_is_read_before_the_server_says_so() {
    let deaf = Deaf::new().await;
    let Deaf { here, source, server, .. } = &deaf;
    let entry = here.all_entry(1);
    assert_eq!(here.all(&[1]).await.get(&1), Some(&0));
    let (before, loads) = (reads(server), source.reads());
    let mut reader = pin!(entry.get());
    assert!(reader.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    eventually(async || reads(server) > before).await;
    server.command(&["UNLINK", entry.key().as_str()]);
    source.set(1);
    let mut batch = pin!(here.all(&[1]));
    poll_fn(|context| {
        assert!(batch.as_mut().poll(context).is_pending(), "it waits for the answer to its fill");
        if source.reads() > loads { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    assert_eq!(reader.await, Some(0));
    assert_eq!(batch.await.get(&1), Some(&1));
    assert_eq!(entry.get().await, Some(1));
    deaf.was_not_told().await;
}

/// A value is loaded anew early, and the newer one can't be stored: the older one goes.
///
/// Bites: without `self.changing([key])` in RedisStore::release.
#[tokio::test]
async fn what_is_released_is_gone_before_the_server_says_so() {
    let deaf = Deaf::new().await;
    let here = &deaf.here;
    let entry = here.number_entry(2);
    // The longer a load takes, the earlier the next one.
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        Ok::<_, String>(Load::new(Arc::new(0)).ttl(MINUTE))
    };
    entry.get_or_load(slow).await.unwrap();
    let newer = || async {
        // It is here in any case while it is loaded.
        here.number(2).await;
        deaf.source.set(1);
        Ok::<_, String>(Load::skip(Arc::new(1)))
    };
    becomes(1, || async { *past(here.number_entry(2)).get_or_load(newer).await.unwrap() }).await;
    assert_eq!(*here.number(2).await, 1);
    deaf.was_not_told().await;
}

/// The server refuses the beginning of a write, so that what stood there stays until its end.
///
/// Bites: without `self.changing([key])` in RedisStore::abandon_write.
#[tokio::test]
async fn what_was_written_without_a_mark_is_gone_before_the_server_says_so() {
    let deaf = Deaf::new().await;
    let Deaf { here, source, server, .. } = &deaf;
    server.command(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    server.command(&["CONFIG", "SET", "maxmemory", "1"]);
    let write = || async {
        becomes(true, || deaf.hits()).await;
        source.set(1);
        Ok::<_, String>(Arc::new(1))
    };
    let written = here.number_entry(1).write_report(write).await.unwrap();
    assert_eq!(written.cache, WriteEffect::Contended);
    assert_eq!(*here.number(1).await, 1);
    deaf.was_not_told().await;
}

/// Where the first of several invalidations is refused, the others are not even sent.
///
/// Bites: without `near.forget(…)` in AnyStore::queue_key, for the key, and without `near.forget_matching(…)` in
/// AnyStore::queue_pattern, for the other.
#[tokio::test]
async fn what_is_queued_is_not_read_here() {
    let deaf = Deaf::new().await;
    let Deaf { here, source, proxy, server } = &deaf;
    proxy.release_pushes();
    warm(here, server, 2).await;
    server.command(&["ACL", "SETUSER", "default", "-evalsha"]);
    source.set(1);
    let transaction = here.cache.after_commit();
    transaction
        .scope(async {
            let _ = here.number_entry(0).invalidate().await.unwrap();
            let _ = here.number_entry(2).invalidate().await.unwrap();
            let _ = here.number_pattern(1).invalidate().await.unwrap();
        })
        .await;
    assert_eq!(transaction.commit().await.unwrap(), Invalidated::Queued);
    assert_eq!((*here.number(2).await, *here.number(1).await), (1, 1));
}
