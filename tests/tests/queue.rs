//! P6: an invalidation that could not be sent is not forgotten.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    reason = "a test that fails has to fail"
)]

#[macro_use]
#[path = "conformance/kinds.rs"]
mod kinds;
#[path = "conformance/source.rs"]
mod source;

use std::collections::HashMap;
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_runtime::{Invalidated, Load, WriteEffect};
use cache_tests::{Proxy, RedisServer, eventually};

use kinds::{Aside, Through};
use source::Source;

/// A node behind a proxy, and one that talks to the server itself; both have read the value 1.
struct Two {
    _server: RedisServer,
    proxy: Proxy,
    source: Source,
    cut_off: Cache,
    there: Cache,
}

async fn two(deadline: Duration) -> Two {
    let server = RedisServer::start();
    let proxy = Proxy::start(server.port()).await;
    let build =
        |url: String, deadline| Cache::builder().url(url).deadline(deadline).require_connection().build();
    let cut_off = build(proxy.url(), deadline).await.unwrap();
    let there = build(server.url(), Duration::from_secs(10)).await.unwrap();
    let source = Source::new();
    for id in 0..20 {
        source.put(id, 1);
        assert_eq!(Aside::new(&there, &source).number(id).await, Ok(1));
        assert_eq!(Through::new(&there, &source).number(id).await, Ok(1));
    }
    Two { _server: server, proxy, source, cut_off, there }
}

async fn reachable(cache: &Cache, expected: bool) {
    let manager = CacheManager::new(cache);
    eventually(async || manager.health_check().await.reachable == expected).await;
}

// Bites: fails without `&& shared.replay(&link)` in reconnect (store/redis/supervisor/tend.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_invalidated_while_cut_off_is_gone_before_the_server_is_trusted_again() {
    aside!(Numbers, "queue_cut_off");
    let Two { proxy, source, cut_off, there, _server } = two(Duration::from_secs(10)).await;
    let (aside, through) = (Numbers::new(&cut_off, &source), Through::new(&cut_off, &source));
    let other = Numbers::new(&there, &source);
    assert_eq!((other.number(1).await, other.number(3).await), (Ok(1), Ok(1)));
    proxy.refuse();
    reachable(&cut_off, false).await;
    source.put(1, 2);
    source.put(2, 2);
    assert_eq!(aside.number_entry(1).invalidate().await, Ok(Invalidated::Queued));
    let written = through.number_entry(2).write_report(|| async { Ok::<_, ()>(2) }).await.unwrap();
    assert_eq!((written.value, written.cache), (2, WriteEffect::Queued));
    assert_eq!((aside.number(1).await, through.number(2).await), (Ok(2), Ok(2)));
    assert_eq!(other.number(1).await, Ok(1), "other nodes can't know");
    assert_eq!(aside.number_entry(1).counts().queued, 1);

    proxy.accept();
    reachable(&cut_off, true).await;
    assert_eq!(other.number_entry(1).get().await, None);
    assert_eq!(Through::new(&there, &source).number_entry(2).get().await, None);
    assert_eq!(other.number_entry(3).get().await, Some(1), "and nothing else");
    assert_eq!((aside.number(1).await, aside.number_entry(1).get().await), (Ok(2), Some(2)));
}

/// The connection stands, but one command is late: only what it names is not read.
// Bites: fails without `queue_key(…)` in invalidate_keys_now (invalidate/now.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invalidation_without_an_answer_is_sent_again() {
    let Two { proxy, source, cut_off, there, _server } = two(Duration::from_millis(100)).await;
    let aside = Aside::new(&cut_off, &source);
    proxy.hold_next_script();
    source.put(1, 2);
    assert_eq!(aside.number_entry(1).invalidate().await, Ok(Invalidated::Queued));
    assert_eq!(aside.number(1).await, Ok(2));
    proxy.release();
    reachable(&cut_off, true).await;
    eventually(async || Aside::new(&there, &source).number_entry(1).get().await != Some(1)).await;
    assert_eq!(aside.number(1).await, Ok(2));
}

// Bites: fails without `&& shared.replay(&link)` in reconnect (store/redis/supervisor/tend.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn declared_invalidations_of_keys_and_patterns_are_made_up_for() {
    #[cache_invalidate(numbers.number(1), numbers.number(*))]
    async fn change(numbers: &Aside) {
        for id in 0..20 {
            numbers.source.put(id, 2);
        }
    }

    let Two { proxy, source, cut_off, there, _server } = two(Duration::from_secs(10)).await;
    proxy.refuse();
    reachable(&cut_off, false).await;
    change(&Aside::new(&cut_off, &source)).await;
    assert_eq!(Aside::new(&cut_off, &source).number(7).await, Ok(2));
    proxy.accept();
    reachable(&cut_off, true).await;
    for id in 0..20 {
        assert_eq!(Aside::new(&there, &source).number_entry(id).get().await, None);
    }
    assert_eq!(
        Through::new(&there, &source).number_entry(7).get().await,
        Some(1),
        "the namespace beside it stays"
    );
}

/// One that the server refuses keeps neither the connection from everybody, nor itself from being honoured here.
// Bites: fails without `store.is_queued(self.key)` in Call::is_queued (read.rs).
// Bites: fails without `Some(_) if is_queued` in Calls::look (read_many.rs).
// Bites: fails without `shared.replay(link)` in watch (store/redis/supervisor/tend.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_refuses_does_not_keep_the_connection() {
    let Two { source, there, _server, .. } = two(Duration::from_secs(10)).await;
    _server.command(&["ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@all", "-scan"]);
    let url = format!("redis://reader:pw@127.0.0.1:{}", _server.port());
    let limited = Cache::builder().url(url).require_connection().build().await.unwrap();
    let aside = Aside::new(&limited, &source);
    all(&aside).await;
    source.put(1, 2);
    // Also after it was tried again.
    eventually(async || {
        assert_eq!(aside.number(1).await, Ok(2), "not what stands there");
        denied(&_server) >= 3
    })
    .await;
    let through = Through::new(&limited, &source);
    assert_eq!(aside.get_many::<u64, _>([("number", 1)]).await, [None], "nor among many");
    assert_eq!(through.get_many::<u64, _>([("number", 1)]).await, [Some(1)]);
    assert!(CacheManager::new(&limited).health_check().await.reachable);
    assert_eq!(through.number_entry(1).get().await, Some(1), "and everything else is read");
    assert_eq!(Aside::new(&there, &source).number_entry(1).get().await, Some(1));

    // The connection stands: it is tried again with each sign of life.
    _server.command(&["ACL", "SETUSER", "reader", "+scan"]);
    let told = async {
        while Aside::new(&there, &source).number_entry(1).get().await == Some(1) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), told).await.expect("it is never tried again");
    assert_eq!(aside.number(1).await, Ok(2));
}

/// Its tag falls while the lease is on its way: what the lease finds there is not served.
///
// Bites: fails without `self.tags` in Call::is_queued (read.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lease_finds_under_a_queued_tag_is_not_read() {
    let Two { source, there, _server: server, .. } = two(Duration::from_secs(10)).await;
    // It may read and store, and is refused each invalidation.
    server.command(&["ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@all", "-unlink"]);
    let proxy = Proxy::start(server.port()).await;
    let url = proxy.url().replace("//", "//reader:pw@");
    let builder = Cache::builder().url(url).deadline(Duration::from_secs(10)).require_connection();
    let limited = builder.build().await.unwrap();
    let number = |cache: &Cache| {
        let aside = Aside::new(cache, &source);
        let (entry, source) = (aside.number_entry(70).tagged([aside.tag(("owner", 1))]), source.clone());
        async move { entry.get_or_load(|| async { source.load(70).await.map(Load::new) }).await }
    };
    source.put(70, 1);
    proxy.hold_next_script();
    let reader = tokio::spawn(number(&limited));
    proxy.holds().await;
    assert_eq!(number(&there).await, Ok(1));
    source.put(70, 2);
    // Queued as soon as its caller is gone, and refused once it arrives behind the lease.
    let aside = Aside::new(&limited, &source);
    let invalidating = aside.invalidate_tag(("owner", 1));
    assert!(tokio::time::timeout(Duration::ZERO, invalidating).await.is_err());
    proxy.release();
    assert_eq!(reader.await.unwrap(), Ok(2));
}

/// How often the server has refused a command to a user who may not give it.
fn denied(server: &RedisServer) -> i64 {
    let log: Vec<HashMap<String, redis::Value>> = server.query(&["ACL", "LOG"]);
    let count = |entry: &HashMap<String, redis::Value>| match entry["count"] {
        redis::Value::Int(count) => count,
        _ => 0,
    };
    log.iter().map(count).sum()
}

#[cache_invalidate(numbers.number(*))]
async fn all(numbers: &Aside) {
    let _ = numbers;
}

/// A caller who goes away in the middle of an invalidation.
// Bites: fails without `(self.0)()` in QueueOnDrop::drop (invalidate/now.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invalidation_that_is_dropped_is_made_up_for() {
    let two = two(Duration::from_secs(10)).await;
    let entry = Aside::new(&two.cut_off, &two.source).number_entry(1);
    two.proxy.hold_next_script();
    dropped_and_made_up_for(&two, entry.invalidate()).await;
}

/// The same of a pattern.
// Bites: fails without `QueueOnDrop(…)` in invalidate_pattern_now (invalidate/now.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pattern_that_is_dropped_is_made_up_for() {
    let two = two(Duration::from_secs(10)).await;
    let pattern = Aside::new(&two.cut_off, &two.source).number_pattern(Any);
    two.proxy.hold_next("SCAN");
    dropped_and_made_up_for(&two, pattern.invalidate()).await;
}

/// Drops what invalidates the first number as soon as its command is held.
async fn dropped_and_made_up_for<T>(two: &Two, invalidation: impl Future<Output = T>) {
    let Two { proxy, source, cut_off, there, .. } = two;
    tokio::select! {
        biased;
        _ = invalidation => panic!("it is held"),
        () = proxy.holds() => {}
    }
    proxy.refuse();
    reachable(cut_off, false).await;
    proxy.accept();
    reachable(cut_off, true).await;
    assert_eq!(Aside::new(there, source).number_entry(1).get().await, None);
}

/// All keys that a function invalidates go in one step, within one deadline.
// Bites: fails without `position(…)` in parcels (invalidate/send.rs), with a parcel for each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_targets_of_one_function_go_together() {
    #[cache_invalidate(numbers.number(1), numbers.number(2), numbers.number(3))]
    async fn change(numbers: &Aside) {
        (1..=3).for_each(|id| numbers.source.put(id, 2));
    }

    let Two { source, there, _server: server, .. } = two(Duration::from_secs(10)).await;
    let numbers = Aside::new(&there, &source);
    let scripts = server.commands_processed("evalsha");
    change(&numbers).await;
    assert_eq!(server.commands_processed("evalsha"), scripts + 1);
    for id in 1..=3 {
        assert_eq!(numbers.number(id).await, Ok(2));
    }
}

/// A key that the server refuses keeps nothing else: not what goes along with it, nor what waits with it.
// Bites: fails without `Err(_) => {…}` in Link::invalidate (store/redis/link.rs), returning the error as it does for a broken
// connection; without `is_silence()` in invalidate_keys_now (invalidate/now.rs), with `left.is_empty()`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_refused_key_keeps_no_other() {
    aside!(Mine, "queue_mine");
    aside!(Foreign, "queue_foreign");
    #[cache_invalidate(mine.number(1), foreign.number(1), mine.number(2))]
    async fn change(mine: &Mine, foreign: &Foreign) {
        (1..=3).for_each(|id| mine.source.put(id, 2));
        let _ = foreign;
    }

    #[cache_invalidate(foreign.number(1), mine.number(*))]
    async fn sweep(mine: &Mine, foreign: &Foreign) {
        let _ = (mine, foreign);
    }

    let Two { source, there, _server: server, .. } = two(Duration::from_secs(10)).await;
    server.command(&["ACL", "SETUSER", "reader", "on", ">pw", "~queue_mine:*", "~#boot*", "+@all"]);
    let proxy = Proxy::start(server.port()).await;
    let url = proxy.url().replace("//", "//reader:pw@");
    let limited = Cache::builder().url(url).require_connection().build().await.unwrap();
    let (mine, foreign) = (Mine::new(&limited, &source), Foreign::new(&limited, &source));
    let others = Mine::new(&there, &source);
    for id in 1..=3 {
        assert_eq!(others.number(id).await, Ok(1));
    }
    change(&mine, &foreign).await;
    assert_eq!((others.number_entry(1).get().await, others.number_entry(2).get().await), (None, None));
    let (went, refused) = (mine.number_entry(1).counts(), foreign.number_entry(1).counts());
    assert_eq!((went.invalidations, went.queued, went.store_errors), (2, 0, 0));
    assert_eq!((refused.invalidations, refused.queued, refused.store_errors), (0, 1, 1));
    sweep(&mine, &foreign).await;
    assert_eq!(others.number_entry(3).get().await, None, "patterns neither");
    assert_eq!(mine.number_entry(1).counts().queued, 0);

    assert_eq!(others.number(3).await, Ok(2));
    proxy.refuse();
    reachable(&limited, false).await;
    assert_eq!(mine.number_entry(3).invalidate().await, Ok(Invalidated::Queued));
    proxy.accept();
    reachable(&limited, true).await;
    assert_eq!(others.number_entry(3).get().await, None, "made up for before the server is trusted");
}

/// A full server has no memory for the mark that becomes contended, and takes the removals beside it.
// Bites: fails without `Err(_) => {…}` in Link::invalidate (store/redis/link.rs), as above.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mark_on_a_full_server_keeps_no_other_key() {
    #[cache_invalidate(numbers.number(1), numbers.number(2))]
    async fn change(numbers: &Through) {
        let _ = numbers;
    }

    let Two { source, there, _server: server, .. } = two(Duration::from_secs(10)).await;
    let numbers = Through::new(&there, &source);
    let entry = numbers.number_entry(1);
    let writing = entry.write(|| async {
        server.command(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
        server.command(&["CONFIG", "SET", "maxmemory", "1"]);
        change(&numbers).await;
        let stands: u64 = server.query(&["EXISTS", numbers.number_entry(2).key().as_str()]);
        server.command(&["CONFIG", "SET", "maxmemory", "0"]);
        assert_eq!(stands, 0);
        Ok::<_, ()>(2)
    });
    assert_eq!(writing.await, Ok(2));
}

/// A step that is not answered is one, however many keys it has.
// Bites: fails without `!failed.iter()…` in count (invalidate/now.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_is_not_taken_is_one_error() {
    aside!(Numbers, "queue_one_step");
    #[cache_invalidate(numbers.number(1), numbers.number(2), numbers.number(3))]
    async fn change(numbers: &Numbers) {
        let _ = numbers;
    }

    let Two { proxy, source, cut_off, _server, .. } = two(Duration::from_secs(10)).await;
    proxy.refuse();
    reachable(&cut_off, false).await;
    let numbers = Numbers::new(&cut_off, &source);
    change(&numbers).await;
    let counts = numbers.number_entry(1).counts();
    assert_eq!((counts.store_errors, counts.queued, counts.invalidations), (1, 3, 0));
}

/// Also where its caller hears that it failed.
// Bites: fails without `queue_pattern(…)` in invalidate_pattern_now (invalidate/now.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pattern_that_fails_is_made_up_for() {
    let Two { proxy, source, cut_off, there, _server } = two(Duration::from_secs(10)).await;
    proxy.refuse();
    reachable(&cut_off, false).await;
    let aside = Aside::new(&cut_off, &source);
    assert!(aside.number_pattern(Any).invalidate().await.is_err());
    source.put(1, 2);
    assert_eq!(aside.number(1).await, Ok(2));
    proxy.accept();
    reachable(&cut_off, true).await;
    assert_eq!(Aside::new(&there, &source).number_entry(1).get().await, None);
}

/// A store that does not answer is no reason to leave another one alone.
// Bites: fails without `cache.is(&parcel.cache)` in send (invalidate/send.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn targets_of_another_cache_are_invalidated_all_the_same() {
    #[cache_invalidate(far.number(1), near.number(1))]
    async fn change(far: &Aside, near: &Aside) {
        far.source.put(1, 2);
    }

    let Two { proxy, source, cut_off, _server, .. } = two(Duration::from_secs(10)).await;
    let (far, near) = (Aside::new(&cut_off, &source), Aside::new(&Cache::memory(), &source));
    assert_eq!(near.number(1).await, Ok(1));
    proxy.refuse();
    reachable(&cut_off, false).await;
    change(&far, &near).await;
    assert_eq!((far.number(1).await, near.number(1).await), (Ok(2), Ok(2)));
}
