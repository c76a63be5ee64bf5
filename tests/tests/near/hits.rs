//! What a hit costs, and what is kept for how long.

use cache_runtime::CacheManager;

use super::*;

#[cache_strategy]
impl Numbers {
    #[cached(key = "counted/<id>")]
    async fn counted(&self, id: u64) -> Arc<u64> {
        Arc::new(self.source.read(id))
    }
}

#[tokio::test]
async fn a_hit_in_the_process_sends_nothing_and_runs_nothing() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    source.set(7);
    is_near(&server, async || _ = numbers.counted(1).await).await;
    let before = (reads(&server), server.commands_processed("evalsha"), source.reads());
    let hits = numbers.counted_entry(1).counts();
    for _ in 0..100 {
        assert_eq!(*numbers.counted(1).await, 7);
        assert_eq!(numbers.counted_entry(1).get().await, Some(Arc::new(7)));
    }
    assert_eq!((reads(&server), server.commands_processed("evalsha"), source.reads()), before);
    let counts = numbers.counted_entry(1).counts();
    assert_eq!((counts.near_hits - hits.near_hits, counts.hits - hits.hits), (200, 200));
    let first = numbers.counted(1).await;
    assert!(Arc::ptr_eq(&first, &numbers.counted(1).await), "the value itself, not a copy");
}

/// A thread copies what it finds often, the way the record came.
///
/// Bites: with `Codec::Json` in place of `header.codec` in `Call::worth_keeping` (read_near.rs); without `front::make_own` in
/// `Near::again` nothing is copied.
#[tokio::test]
async fn what_is_found_often_is_copied_as_its_record_was_written() {
    let server = RedisServer::start();
    let floats =
        Floats { cache: builder(&server.url()).near(NearCache::megabytes(4)).build().await.unwrap() };
    let entry = floats.float_entry(7);
    let mut found = floats.float(7).await;
    becomes(true, || async { entry.counts().near_hits > 0 || floats.float(7).await.is_empty() }).await;
    for _ in 0..1000 {
        found = floats.float(7).await;
        assert!(matches!(found[..], [Some(nan), Some(7.0), None] if nan.is_nan()), "{found:?}");
    }
    let shared = entry.get().await.unwrap();
    assert!(!Arc::ptr_eq(&shared, &found), "it was copied");
}

#[tokio::test]
async fn the_manager_tells_its_size() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    for id in 0..10 {
        warm(&numbers, &server, id).await;
    }
    let stats = CacheManager::new(&numbers.cache).stats().await;
    let near = stats.near.unwrap();
    assert_eq!(near.entries, 10);
    assert!((1_000..4_000).contains(&near.bytes), "{near:?}");
    let far = other(&server.url(), &source).await;
    assert_eq!(CacheManager::new(&far.cache).stats().await.near, None);
}

#[tokio::test]
async fn near_is_switched_off_for_one_function() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    for _ in 0..3 {
        numbers.far(1).await;
    }
    let before = reads(&server);
    for _ in 0..10 {
        numbers.far(1).await;
    }
    assert_eq!(reads(&server) - before, 10);
    assert_eq!(source.reads(), 1);
}

#[tokio::test]
async fn near_ttl_bounds_the_time_in_the_process() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    for _ in 0..3 {
        numbers.short(1).await;
    }
    let before = reads(&server);
    becomes(true, || async {
        numbers.short(1).await;
        reads(&server) >= before + 3
    })
    .await;
    assert_eq!(source.reads(), 1);
}

#[tokio::test]
async fn a_value_ends_here_no_later_than_on_the_server() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    source.set(1);
    for _ in 0..3 {
        assert_eq!(numbers.ending(1).await, 1);
    }
    // Nobody says so: the server forgets by itself.
    source.set(2);
    becomes(2, || numbers.ending(1)).await;
}

#[tokio::test]
async fn the_answer_none_is_kept_too() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    for _ in 0..3 {
        assert_eq!(numbers.maybe(1).await, None);
    }
    let before = reads(&server);
    assert_eq!(numbers.maybe(1).await, None);
    assert_eq!(numbers.maybe_entry(1).get().await, None);
    assert_eq!((reads(&server), source.reads()), (before, 1));
}

/// On memory it is no error, and changes nothing.
#[tokio::test]
async fn a_near_cache_on_memory_changes_nothing() {
    let cache = Cache::builder().near(NearCache::megabytes(1)).build().await.unwrap();
    let numbers = Numbers { cache, source: Source::default() };
    numbers.number(1).await;
    numbers.number(1).await;
    assert_eq!(numbers.source.reads(), 1);
    let _ = numbers.number_entry(1).invalidate().await.unwrap();
    numbers.number(1).await;
    assert_eq!(numbers.source.reads(), 2);
}

#[tokio::test]
async fn a_size_that_is_none_is_refused() {
    let refused = Cache::builder().near(NearCache::bytes(64)).build().await.unwrap_err();
    assert!(refused.to_string().contains("`near`: 64 bytes are too few"), "{refused}");
}

/// A user who may not be told of changes has no near cache, and everything else.
///
/// Bites: without `self.watched.is_deaf()` in `Changes::begin`.
#[tokio::test]
async fn without_the_right_to_be_told_nothing_is_kept_here() {
    let (server, source) = (RedisServer::start(), Source::default());
    server.command(&["ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-client"]);
    let numbers = near(&server.url().replace("//", "//app:pw@"), &source).await;
    for _ in 0..3 {
        numbers.number(1).await;
    }
    let before = reads(&server);
    numbers.number(1).await;
    assert_eq!((reads(&server) - before, source.reads()), (1, 1));
}

/// What happens inside of a transaction is not seen by who asks the near cache alone.
#[tokio::test]
async fn inside_of_a_transaction_what_it_has_changed_is_not_read_here() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    source.set(1);
    warm(&numbers, &server, 1).await;
    let transaction = numbers.cache.after_commit();
    transaction
        .scope(async {
            let _ = numbers.number_entry(1).invalidate().await.unwrap();
            source.set(2);
            assert_eq!(*numbers.number(1).await, 2);
            assert_eq!(numbers.number_entry(1).get().await, None);
        })
        .await;
    assert_eq!(*numbers.number(1).await, 1, "it is not committed");
    let _ = transaction.commit().await.unwrap();
    assert_eq!(*numbers.number(1).await, 2);
}

#[tokio::test]
async fn a_cleared_namespace_is_cleared_here() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    source.set(1);
    warm(&numbers, &server, 1).await;
    source.set(2);
    assert_eq!(CacheManager::new(&numbers.cache).clear_namespace("near").await.unwrap(), 1);
    assert_eq!(*numbers.number(1).await, 2);
}

/// What a declaration without tags has kept, by a dynamic key say, would stand when a tag of this one falls.
///
/// Bites: without the number of tags in `Near::get`.
#[tokio::test]
async fn what_was_kept_without_its_tags_is_not_served_to_who_declares_them() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    source.set(1);
    let parts = ("tagged", 1_u64);
    assert_eq!(numbers.get_or_set(parts, || async { Ok::<u64, String>(0) }).await, Ok(0));
    for _ in 0..3 {
        assert_eq!(numbers.get::<u64>(parts).await, Some(0));
    }
    for _ in 0..3 {
        assert_eq!(numbers.tagged(1).await, 1);
    }
}

/// Bites: without `are_declared` in `Call::near` (read_near.rs); at its end without the number of tags in `Near::get`.
#[tokio::test]
async fn what_was_kept_is_not_served_to_who_names_other_tags_by_hand() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    let parts = ("by hand", 1_u64);
    let entry = |tag| numbers.entry::<u64>(parts).tagged([numbers.tag((tag,))]);
    assert_eq!(entry("one").get_or_set(|| async { Ok::<_, ()>(5) }).await, Ok(5));
    for _ in 0..3 {
        assert_eq!(entry("one").get().await, Some(5));
    }
    assert_eq!(entry("other").get().await, None);
    // Nor is what has none, and that is in the process.
    assert_eq!(numbers.get_or_set(("bare", 1_u64), || async { Ok::<u64, ()>(6) }).await, Ok(6));
    for _ in 0..3 {
        assert_eq!(numbers.get::<u64>(("bare", 1_u64)).await, Some(6));
    }
    assert_eq!(numbers.entry::<u64>(("bare", 1_u64)).tagged([numbers.tag(("one",))]).get().await, None);
}

/// Bites: without the comparison of the policies in `near_hit`.
#[tokio::test]
async fn a_call_with_a_near_ttl_of_its_own_is_not_served_what_was_kept_for_longer() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    warm(&numbers, &server, 1).await;
    let short =
        numbers.number_entry(1).policy(|policy| policy.near_ttl(Some(Duration::from_millis(1)))).unwrap();
    let before = reads(&server);
    short.get().await.unwrap();
    assert_eq!(reads(&server) - before, 1);
}

/// Bites: without `compressed_away` in `worth_keeping`.
#[tokio::test]
async fn a_compressed_value_counts_as_large_as_it_is_here() {
    let server = RedisServer::start();
    let cache = builder(&server.url()).near(NearCache::megabytes(4)).build().await.unwrap();
    let pages = Pages { cache: cache.clone() };
    for _ in 0..3 {
        assert_eq!(pages.page(100_000).await.len(), 100_000);
    }
    let near = CacheManager::new(&cache).stats().await.near.unwrap();
    assert!(near.entries == 1 && near.bytes > 100_000, "{near:?}");
    // More than a sixteenth of it is not kept, however small it was on the way.
    for _ in 0..3 {
        assert_eq!(pages.page(1_000_000).await.len(), 1_000_000);
    }
    assert_eq!(CacheManager::new(&cache).stats().await.near.unwrap().entries, 1);
}
