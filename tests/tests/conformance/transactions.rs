//! Changes inside of a database transaction: nobody is told of them before its commit.

use std::future::pending;
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_runtime::{AfterCommit, Any, Invalidated, Load, WriteEffect};
use cache_tests::eventually;

use crate::kinds::{Aside, Flags, Through};
use crate::source::Source;

/// Numbers that are cached under a tag each.
#[derive(Clone)]
#[cache_strategy(namespace = "committed", ttl = "1h", kind = "cache_aside")]
struct Tagged {
    cache: Cache,
}

on_every_store! {
    // Bites: fails without `pending.invalidate(…)` in invalidate_key (invalidate/now.rs) and Invalidations::or_defer (invalidate/mod.rs).
    async fn an_invalidation_waits_for_the_commit(store: Store) {
        let source = Source::new();
        let (one, other) = (Aside::new(&store.one, &source), Aside::new(&store.other, &source));
        source.put(7, 1);
        assert_eq!(other.number(7).await, Ok(1));
        let after = store.one.after_commit();
        // The declared one, and the one that is called.
        after.scope(async {
            one.change(7, 1).await;
            assert_eq!(one.number_entry(7).invalidate().await, Ok(Invalidated::Deferred));
        }).await;
        assert_eq!(other.number_entry(7).get().await, Some(1), "nobody was told");
        source.put(7, 2);
        assert_eq!(after.commit().await, Ok(Invalidated::Applied));
        assert_eq!(other.number_entry(7).get().await, None);
        assert_eq!(other.number(7).await, Ok(2));
    }

    // Bites: fails without `pending.invalidate(…)` in invalidate_key (invalidate/now.rs) and Invalidations::or_defer (invalidate/mod.rs).
    async fn what_a_reader_stores_before_the_commit_is_gone_after_it(store: Store) {
        let source = Source::new();
        let (one, other) = (Aside::new(&store.one, &source), Aside::new(&store.other, &source));
        source.put(7, 1);
        let after = store.one.after_commit();
        after.scope(async {
            assert_eq!(one.number_entry(7).invalidate().await, Ok(Invalidated::Deferred));
        }).await;
        // The body has ended, and the source has the old value still.
        assert_eq!(other.number(7).await, Ok(1));
        assert_eq!(other.number_entry(7).get().await, Some(1));
        source.put(7, 2);
        assert_eq!(after.commit().await, Ok(Invalidated::Applied));
        assert_eq!(other.number(7).await, Ok(2));
    }

    // Bites: fails without `self.changes().invalidated.clear()` in Pending::discard (transaction/pending.rs).
    async fn a_rollback_discards(store: Store) {
        let source = Source::new();
        let numbers = Aside::new(&store.one, &source);
        source.put(7, 1);
        assert_eq!(numbers.number(7).await, Ok(1));
        let after = store.one.after_commit();
        after.scope(numbers.change(7, 1)).await;
        after.invalidate_pattern(&numbers.number_pattern(Any));
        after.rollback().await;
        assert_eq!(numbers.number_entry(7).get().await, Some(1));
    }

    // Bites: fails without `send_in_background(…)` in AfterCommit::drop (transaction/mod.rs).
    async fn what_is_dropped_may_have_been_committed(store: Store) {
        let source = Source::new();
        let numbers = Aside::new(&store.one, &source);
        let through = Through::new(&store.one, &source);
        source.put(7, 1);
        let gone = || async { numbers.number_entry(7).get().await.is_none() && store.keys().await == 0 };

        assert_eq!(numbers.number(7).await, Ok(1));
        let after = store.one.after_commit();
        after.scope(async { numbers.change(7, 1).await; through.change(8, 1).await.unwrap(); }).await;
        assert!(!gone().await);
        drop(after);
        eventually(gone).await;

        // An early return after a commit that failed.
        assert_eq!(numbers.number(7).await, Ok(1));
        let failed: Result<(), String> = async {
            let after = store.one.after_commit();
            after.scope(async { numbers.change(7, 1).await; through.change(8, 1).await.unwrap(); }).await;
            Err::<(), _>("the connection was lost during the commit".to_owned())?;
            after.commit().await.map(|_| ()).map_err(|error| error.to_string())
        }.await;
        assert!(failed.is_err());
        eventually(gone).await;

        // A panic in the scope, in the body of a function that says what it changes.
        assert_eq!(numbers.number(7).await, Ok(1));
        let panics = tokio::spawn({
            let (numbers, through, cache) = (numbers.clone(), through.clone(), store.one.clone());
            async move {
                let after = cache.after_commit();
                after.scope(async {
                    through.change(8, 1).await.unwrap();
                    panicking_change(&numbers).await;
                }).await;
                let _ = after.commit().await;
            }
        });
        assert!(panics.await.unwrap_err().is_panic());
        eventually(gone).await;

        // A caller that goes away inside of the scope.
        assert_eq!(numbers.number(7).await, Ok(1));
        let hangs = tokio::spawn({
            let (numbers, through, cache) = (numbers.clone(), through.clone(), store.one.clone());
            async move {
                let after = cache.after_commit();
                after.scope(async {
                    through.change(8, 1).await.unwrap();
                    numbers.change(7, 5).await;
                    pending::<()>().await;
                }).await;
            }
        });
        eventually(|| async { source.value(7) == Some(5) }).await;
        assert!(!gone().await);
        hangs.abort();
        let _ = hangs.await;
        eventually(gone).await;
    }

    // Bites: fails without `self.forget_values()` in Pending::send (transaction/pending.rs).
    async fn when_nobody_knows_everything_is_sent(store: Store) {
        let source = Source::new();
        let (numbers, through) = (Aside::new(&store.one, &source), Through::new(&store.one, &source));
        source.put(7, 1);
        assert_eq!(numbers.number(7).await, Ok(1));
        let after = store.one.after_commit();
        after.scope(async { numbers.change(7, 1).await; through.change(8, 1).await.unwrap(); }).await;
        assert_eq!(after.unknown().await, Ok(Invalidated::Applied));
        assert_eq!(store.keys().await, 0);
    }

    // Bites: fails without `target.is_tag_of(cache)` in Pending::has_changed (transaction/pending.rs).
    async fn patterns_and_tags_wait_too(store: Store) {
        let source = Source::new();
        let numbers = Aside::new(&store.one, &source);
        let tagged = Tagged { cache: store.one.clone() };
        let tag = tagged.tag(("owner", 1));
        let fill = || async {
            source.put(7, 1);
            assert_eq!(numbers.number(7).await, Ok(1));
            // Named by the declaration, and by the loader alone, who may name what is older than a second.
            let entry = tagged.entry::<u64>((7,)).tagged([tag.clone()]);
            assert_eq!(entry.get_or_set(|| async { Ok::<_, ()>(1) }).await, Ok(1));
            let named = tagged.entry::<u64>((8,));
            eventually(|| async {
                named.get_or_load(|| async { Ok::<_, ()>(Load::new(1).tag(tag.clone())) }).await.unwrap();
                named.get().await.is_some()
            }).await;
        };
        let there = || async {
            (
                numbers.number_entry(7).get().await,
                tagged.entry::<u64>((7,)).tagged([tag.clone()]).get().await,
                tagged.entry::<u64>((8,)).get().await,
            )
        };
        fill().await;
        let after = store.one.after_commit();
        after.scope(async {
            assert_eq!(numbers.number_pattern(Any).invalidate().await, Ok(0), "none yet");
            assert_eq!(there().await.0, None, "changed");
            assert_eq!(tagged.invalidate_tag(("owner", 1)).await, Ok(Invalidated::Deferred));
            assert_eq!(there().await, (None, None, None));
            assert_eq!(tagged.get_many::<u64, _>([(8,)]).await, [None]);
        }).await;
        assert_eq!(there().await, (Some(1), Some(1), Some(1)));
        assert_eq!(after.commit().await, Ok(Invalidated::Applied));
        assert_eq!(there().await, (None, None, None));

        fill().await;
        let after = store.one.after_commit();
        after.invalidate_pattern(&numbers.number_pattern(7));
        after.invalidate_tag(&tagged, ("owner", 1));
        assert_eq!(there().await, (Some(1), Some(1), Some(1)));
        assert_eq!(after.commit().await, Ok(Invalidated::Applied));
        assert_eq!(there().await, (None, None, None));
    }

    // Bites: fails without `pending.hold(…)` in write (write.rs).
    async fn a_mark_stands_until_the_commit_and_leaves_the_value(store: Store) {
        let source = Source::new();
        let (one, other) = (Through::new(&store.one, &source), Through::new(&store.other, &source));
        source.put(7, 1);
        assert_eq!(other.number(7).await, Ok(1));
        let after = store.one.after_commit();
        let written = after.scope(one.number_entry(7).write_report(|| async { Ok::<_, ()>(2) })).await.unwrap();
        assert_eq!((written.value, written.cache), (2, WriteEffect::Deferred));
        let loads = source.loads();
        assert_eq!((other.number(7).await, other.number(7).await), (Ok(1), Ok(1)), "what is committed");
        assert_eq!(source.loads(), loads + 2, "a reader loads, and stores nothing");
        assert_eq!(one.number_entry(7).get().await, None);
        source.put(7, 2);
        assert_eq!(after.commit().await, Ok(Invalidated::Applied));
        assert_eq!((other.number(7).await, source.loads()), (Ok(2), loads + 2), "it is there without a load");
    }

    // Bites: fails without `self.forget_values()` in Pending::send (transaction/pending.rs).
    async fn a_rollback_leaves_nothing_of_a_write(store: Store) {
        let source = Source::new();
        let numbers = Through::new(&store.one, &source);
        source.put(7, 1);
        let after = store.one.after_commit();
        after.scope(numbers.number_entry(7).write(|| async { Ok::<_, ()>(2) })).await.unwrap();
        after.rollback().await;
        assert_eq!(store.keys().await, 0, "neither the value nor the mark");
        assert_eq!(numbers.number(7).await, Ok(1));
    }

    // Bites: fails without `let alone = held.events == events` in Pending::written (transaction/pending.rs).
    async fn writes_of_one_key_share_a_mark_and_the_last_one_counts(store: Store) {
        let source = Source::new();
        let numbers = Through::new(&store.one, &source);
        let entry = numbers.number_entry(7);
        let value = |value| { let entry = entry.clone(); async move { entry.write(|| async { Ok::<_, ()>(value) }).await } };
        let committed = |after: AfterCommit| async {
            assert_eq!(after.commit().await, Ok(Invalidated::Applied));
            entry.get().await
        };

        let after = store.one.after_commit();
        after.scope(async { value(1).await.unwrap(); value(2).await.unwrap(); value(3).await.unwrap(); }).await;
        assert_eq!(committed(after).await, Some(3));

        // Two at the same time: nobody knows which of them the source has seen last.
        let after = store.one.after_commit();
        after.scope(entry.write(|| async { value(4).await.unwrap(); Ok::<_, ()>(5) })).await.unwrap();
        assert_eq!(committed(after).await, None);
        let after = store.one.after_commit();
        after.scope(async {
            let (first, second) = tokio::join!(value(4), value(5));
            assert_eq!((first, second), (Ok(4), Ok(5)));
        }).await;
        // Where the first was done before the second began, that is the last one; which of them it was is for the store to say.
        assert!(matches!(committed(after).await, None | Some(5)));

        // One that failed may have changed something; one after that counts.
        let after = store.one.after_commit();
        after.scope(async {
            value(6).await.unwrap();
            assert_eq!(entry.write(|| async { Err(()) }).await, Err(()));
        }).await;
        assert_eq!(committed(after).await, None);
        let after = store.one.after_commit();
        after.scope(async {
            assert_eq!(entry.write(|| async { Err(()) }).await, Err(()));
            value(7).await.unwrap();
        }).await;
        assert_eq!(committed(after).await, Some(7));

        // A savepoint that is gone.
        let after = store.one.after_commit();
        after.scope(async { value(8).await.unwrap(); after.forget_values(); }).await;
        assert_eq!(committed(after).await, None);
        assert_eq!(store.keys().await, 0);
    }

    // Bites: fails without `held.happened(None)` in Pending::invalidate (transaction/pending.rs).
    async fn what_is_invalidated_after_its_write_is_not_stored(store: Store) {
        let source = Source::new();
        let numbers = Through::new(&store.one, &source);
        let entry = numbers.number_entry(7);
        let write = || entry.write(|| async { Ok::<_, ()>(2) });
        for round in 0..3 {
            let after = store.one.after_commit();
            after.scope(async {
                write().await.unwrap();
                match round {
                    0 => assert_eq!(entry.invalidate().await, Ok(Invalidated::Deferred)),
                    1 => assert_eq!(numbers.number_pattern(Any).invalidate().await, Ok(0)),
                    _ => after.invalidate(&entry),
                }
            }).await;
            assert_eq!(after.commit().await, Ok(Invalidated::Applied));
            assert_eq!(store.keys().await, 0, "in round {round}");
        }
        // The other way round the value is newer.
        let after = store.one.after_commit();
        after.scope(async { entry.invalidate().await.unwrap(); write().await.unwrap(); }).await;
        assert_eq!(after.commit().await, Ok(Invalidated::Applied));
        assert_eq!(entry.get().await, Some(2));
    }

    // Bites: fails without `if !mark.contended` in end_write (store/memory/slot.rs), and the comparison with 0 in end_write.lua.
    async fn another_writer_contends_the_mark(store: Store) {
        let source = Source::new();
        let (one, other) = (Through::new(&store.one, &source), Through::new(&store.other, &source));
        let after = store.one.after_commit();
        after.scope(one.change(7, 1)).await.unwrap();
        let written = other.number_entry(7).write_report(|| async { Ok::<_, ()>(2) }).await.unwrap();
        assert_eq!(written.cache, WriteEffect::Contended);
        assert_eq!(after.commit().await, Ok(Invalidated::Applied));
        assert_eq!(store.keys().await, 0);

        let after = store.one.after_commit();
        after.scope(one.change(7, 1)).await.unwrap();
        other.number_entry(7).invalidate().await.unwrap();
        assert_eq!(after.commit().await, Ok(Invalidated::Applied));
        assert_eq!(store.keys().await, 0);
    }

    // Bites: fails without `pending.hold(…)` in write (write.rs).
    async fn a_write_that_is_dropped_holds_its_mark(store: Store) {
        let source = Source::new();
        let (one, other) = (Through::new(&store.one, &source), Through::new(&store.other, &source));
        source.put(7, 1);
        let after = store.one.after_commit();
        after.scope(async {
            let entry = one.number_entry(7);
            let hangs = entry.write(|| async { source.put(9, 9); pending::<Result<u64, ()>>().await });
            tokio::select! {
                _ = hangs => panic!("it hangs"),
                _ = eventually(async || source.value(9).is_some()) => {}
            }
        }).await;
        // It may have written before it went away, and that may be committed.
        assert_eq!(other.number(7).await, Ok(1));
        assert_eq!(other.number_entry(7).get().await, None);
        source.put(7, 2);
        assert_eq!(after.commit().await, Ok(Invalidated::Applied));
        assert_eq!(store.keys().await, 0);
        assert_eq!(other.number(7).await, Ok(2));
    }

    // Bites: fails without `pending.has_changed(…)` in load_inside (load/inside.rs).
    // Bites: fails without `load_inside(…)` in load and load_owned (load/mod.rs, load/task.rs).
    async fn reads_inside_see_the_transaction_and_store_nothing(store: Store) {
        let source = Source::new();
        let (one, other) = (Aside::new(&store.one, &source), Aside::new(&store.other, &source));
        let through = Through::new(&store.one, &source);
        let flags = Flags::new(&store.one);
        for id in [6, 7, 9] { source.put(id, 1); }
        assert_eq!((one.number(6).await, one.number(7).await, through.number(9).await), (Ok(1), Ok(1), Ok(1)));
        flags.flag("f").set(&true).await.unwrap();
        let after = store.one.after_commit();
        after.scope(async {
            let loads = source.loads();
            assert_eq!((one.number(6).await, source.loads()), (Ok(1), loads), "not changed: from the cache");
            one.change(7, 2).await;
            assert_eq!((one.number(7).await, one.number(7).await, source.loads()), (Ok(2), Ok(2), loads + 2));
            assert_eq!(one.number_entry(7).get().await, None);
            assert_eq!(one.number_entry(7).try_get().await, Ok(None));
            assert_eq!(one.get_many::<u64, _>([("number", 6), ("number", 7)]).await, [Some(1), None]);
            through.change(9, 2).await.unwrap();
            assert_eq!((through.number(9).await, source.loads()), (Ok(2), loads + 3));
            // Nobody has said yet that this is changed: a load may see it all the same.
            source.put(8, 2);
            assert_eq!(one.number(8).await, Ok(2));
            // While the body of a function runs that says what it changes.
            assert_eq!(reading_change(&one, 6).await, Ok(5));
            assert_eq!(flags.flag("f").get().await, Some(true));
        }).await;
        assert_eq!(other.number_entry(7).get().await, Some(1), "nothing was stored");
        assert_eq!(other.number_entry(8).get().await, None);
        assert_eq!(other.number_entry(6).get().await, Some(1));
        after.rollback().await;
    }

    // Bites: fails without `load_inside(…)` in load and load_owned (load/mod.rs, load/task.rs).
    async fn readers_outside_do_not_share_a_load_inside(store: Store) {
        let source = Source::new();
        let numbers = Aside::new(&store.one, &source);
        source.put(7, 2);
        source.hold();
        let inside = tokio::spawn({
            let (numbers, cache) = (numbers.clone(), store.one.clone());
            async move {
                let after = cache.after_commit();
                let read = after.scope(numbers.number(7)).await;
                after.rollback().await;
                read
            }
        });
        source.has_begun(1).await;
        source.put(7, 1);
        let outside = tokio::spawn({ let numbers = numbers.clone(); async move { numbers.number(7).await } });
        source.has_begun(2).await;
        source.release();
        assert_eq!((inside.await.unwrap(), outside.await.unwrap()), (Ok(2), Ok(1)));
        assert_eq!(numbers.number_entry(7).get().await, Some(1));
    }

    // Bites: fails without `invalidate_keys_now(…)` in Parcel::send (invalidate/send.rs), with invalidate_key of each in its place.
    async fn one_transaction_does_not_wait_for_the_one_around_it(store: Store) {
        let source = Source::new();
        let numbers = Aside::new(&store.one, &source);
        source.put(7, 1);
        assert_eq!(numbers.number(7).await, Ok(1));
        let outer = store.one.after_commit();
        outer.scope(async {
            let inner = store.one.after_commit();
            inner.scope(numbers.change(7, 2)).await;
            assert_eq!(inner.commit().await, Ok(Invalidated::Applied));
        }).await;
        assert_eq!(numbers.number_entry(7).get().await, None);
        outer.rollback().await;
    }
}

/// The mark's time bounds a transaction: its end finds another's value, or nothing, and stores none.
// Bites: fails without `None => (Change::Remove, …)` in end_write (store/memory/slot.rs).
#[tokio::test(start_paused = true)]
async fn a_mark_that_is_gone_at_the_commit_stores_nothing() {
    const MARK: Duration = Duration::from_secs(30);
    let cache = Cache::builder().write_mark(MARK).build().await.unwrap();
    let source = Source::new();
    let numbers = Through::new(&cache, &source);
    for read in [false, true] {
        source.put(7, 1);
        let after = cache.after_commit();
        after.scope(numbers.number_entry(7).write(|| async { Ok::<_, ()>(2) })).await.unwrap();
        tokio::time::advance(MARK).await;
        if read {
            assert_eq!(numbers.number(7).await, Ok(1));
            assert_eq!(numbers.number_entry(7).get().await, Some(1), "stored, as the mark is gone");
        }
        source.put(7, 2);
        after.commit().await.unwrap();
        assert_eq!(numbers.number_entry(7).get().await, None);
        assert_eq!(numbers.number(7).await, Ok(2));
        numbers.number_entry(7).invalidate().await.unwrap();
    }
}

/// There is no runtime, and none is needed.
#[test]
fn a_scope_needs_no_runtime() {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    let cache = Cache::memory();
    let (source, flags) = (Source::new(), Flags::new(&cache));
    let numbers = Aside::new(&cache, &source);
    let run = pin!(async {
        flags.flag("f").set(&true).await.unwrap();
        let after = cache.after_commit();
        after
            .scope(async {
                flags.flag("f").invalidate().await.unwrap();
                numbers.change(7, 1).await;
            })
            .await;
        assert_eq!(flags.flag("f").get().await, Some(true));
        after.commit().await.unwrap();
        assert_eq!(flags.flag("f").get().await, None);
    });
    assert_eq!(run.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(()));
}

/// A commit while the server is down: what it invalidates waits, and is not read meanwhile.
// Bites: fails without `mark.queue()` in Pending::send (transaction/pending.rs).
#[tokio::test]
async fn a_commit_while_the_server_is_down_is_queued() {
    aside!(Numbers, "commit_aside");
    through!(Written, "commit_through");
    let mut server = cache_tests::RedisServer::start();
    let cache = Cache::connect(&server.url()).await.unwrap();
    let source = Source::new();
    let (numbers, through) = (Numbers::new(&cache, &source), Written::new(&cache, &source));
    source.put(7, 1);
    assert_eq!(numbers.number(7).await, Ok(1));
    let queued = || numbers.number_entry(7).counts().queued + through.number_entry(8).counts().queued;
    // The first step that is not answered, and those that are not tried after it; then a write that finds it out.
    for (changes, writes) in [(2, 2), (0, 2)] {
        let after = cache.after_commit();
        let scope = after.scope(async {
            for id in 7..7 + changes {
                numbers.change(id, 2).await;
            }
            for id in 20..20 + writes {
                through.change(id, 2).await.unwrap();
            }
        });
        scope.await;
        let before = queued();
        server.stop();
        assert_eq!(after.commit().await, Ok(Invalidated::Queued));
        assert_eq!(queued() - before, u64::try_from(changes + writes).unwrap());
        server.restart();
        eventually(|| async { CacheManager::new(&cache).health_check().await.reachable }).await;
    }
    assert_eq!(numbers.number_entry(7).get().await, None);
    assert_eq!((numbers.number(7).await, through.number(20).await), (Ok(2), Ok(2)));
}

/// Changes, and does not return.
async fn panicking_change(numbers: &Aside) {
    #[cache_invalidate(numbers.number(7))]
    async fn change(numbers: &Aside) {
        numbers.source.put(7, 1);
        panic!("on purpose");
    }

    change(numbers).await;
}

/// Reads what it changes.
async fn reading_change(numbers: &Aside, id: i64) -> Result<u64, crate::source::Missing> {
    #[cache_invalidate(numbers.number(id))]
    async fn change(numbers: &Aside, id: i64) -> Result<u64, crate::source::Missing> {
        numbers.source.put(id, 5);
        numbers.number(id).await
    }

    change(numbers, id).await
}
