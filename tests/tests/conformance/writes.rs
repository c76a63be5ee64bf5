//! P2: after all writers are done the cache holds the source's last value or nothing.

use cache_runtime::WriteEffect;
use cache_runtime::prelude::*;

use crate::kinds::{Flags, Through};
use crate::source::Source;

on_every_store! {
    async fn a_write_is_read_back_without_a_load(store: Store) {
        let source = Source::new();
        let (one, other) = (Through::new(&store.one, &source), Through::new(&store.other, &source));
        assert_eq!(one.change(7, 5).await, Ok(5));
        assert_eq!((one.number(7).await, other.number(7).await), (Ok(5), Ok(5)));
        assert_eq!(source.loads(), 0);
    }

    // Bites: fails without `if !mark.contended` in end_write (store/memory/slot.rs), and the comparison with 0 in end_write.lua.
    async fn the_only_writer_stores_and_two_leave_nothing(store: Store) {
        let source = Source::new();
        let (one, other) = (Through::new(&store.one, &source), Through::new(&store.other, &source));
        let alone = one.number_entry(7).write_report(|| async { Ok::<_, ()>(1) }).await.unwrap();
        assert_eq!((alone.value, alone.cache), (1, WriteEffect::Stored));

        let mut inner = None;
        let outer = one.number_entry(7).write_report(|| async {
            inner = Some(other.number_entry(7).write_report(|| async { source.put(7, 2); Ok::<_, ()>(2) }).await.unwrap());
            source.put(7, 3);
            Ok::<_, ()>(3)
        }).await.unwrap();
        assert_eq!(inner.map(|written| written.cache), Some(WriteEffect::Contended));
        assert_eq!(outer.cache, WriteEffect::Contended);
        assert_eq!(one.number_entry(7).get().await, None);
        assert_eq!(store.keys().await, 0, "the last one out takes the mark along");
        assert_eq!(other.number(7).await, Ok(3));
    }

    async fn a_reader_under_a_mark_loads_and_does_not_store(store: Store) {
        let source = Source::new();
        let (one, other) = (Through::new(&store.one, &source), Through::new(&store.other, &source));
        source.put(7, 1);
        one.number_entry(7).write(|| async {
            assert_eq!(other.number(7).await, Ok(1));
            assert_eq!(other.number(7).await, Ok(1));
            assert_eq!(source.loads(), 2, "nothing was stored");
            assert_eq!(one.number_entry(7).get().await, None);
            source.put(7, 2);
            Ok::<_, ()>(2)
        }).await.unwrap();
        assert_eq!(other.number(7).await, Ok(2));
        assert_eq!(source.loads(), 2);
    }

    // Bites: fails without `.filter(|slot| slot.is(under))` in fill (store/memory/slot.rs), and `if not found` in fill.lua.
    async fn a_load_that_a_write_overtakes_stores_nothing(store: Store) {
        let source = Source::new();
        let (one, other) = (Through::new(&store.one, &source), Through::new(&store.other, &source));
        source.put(7, 1);
        source.hold();
        let early = tokio::spawn({ let one = one.clone(); async move { one.number(7).await } });
        source.has_begun(1).await;
        assert_eq!(other.change(7, 2).await, Ok(2));
        source.release();
        assert_eq!(early.await.unwrap(), Ok(1));
        assert_eq!(one.number(7).await, Ok(2));
        assert_eq!(source.loads(), 1);
    }

    // Bites: fails without `None => (Change::Remove, WriteEnd::Removed)` in end_write (store/memory/slot.rs), and the first `UNLINK` of end_write.lua.
    async fn a_failed_write_leaves_nothing(store: Store) {
        let source = Source::new();
        let numbers = Through::new(&store.one, &source);
        assert_eq!(numbers.change(7, 1).await, Ok(1));
        // It may have committed before it failed.
        let failed = numbers.number_entry(7).write(|| async { source.put(7, 2); Err::<u64, _>("broken") }).await;
        assert_eq!(failed, Err("broken"));
        assert_eq!(numbers.number_entry(7).get().await, None);
        assert_eq!(store.keys().await, 0);
        assert_eq!(numbers.number(7).await, Ok(2));
    }

    // Bites: fails without `None => (Change::Remove, …)` in end_write (store/memory/slot.rs), and the last `UNLINK` of end_write.lua.
    async fn a_value_filled_after_the_mark_was_lost_is_removed(store: Store) {
        let source = Source::new();
        let numbers = Through::new(&store.one, &source);
        source.put(7, 1);
        let written = numbers.number_entry(7).write_report(|| async {
            // What an eviction does. On the embedded store an invalidation can't take a mark away, so this is Redis' part.
            if let Some(server) = &store.server {
                server.command(&["DEL", numbers.number_entry(7).key().as_str()]);
                assert_eq!(numbers.number(7).await, Ok(1), "filled from before the commit");
                assert_eq!(numbers.number_entry(7).get().await, Some(1));
            }
            source.put(7, 2);
            Ok::<_, ()>(2)
        }).await.unwrap();
        let expected = if store.server.is_some() { WriteEffect::Contended } else { WriteEffect::Stored };
        assert_eq!(written.cache, expected);
        assert_eq!(numbers.number(7).await, Ok(2));
    }

    /// A reader that stored the value from before the commit would leave it there if the writer died now.
    // Bites: fails without `mark.contend()` in invalidate (store/memory/slot.rs), and `is_mark` in invalidate.lua.
    async fn a_mark_stands_through_an_invalidation_and_a_clear(store: Store) {
        let source = Source::new();
        let (one, other) = (Through::new(&store.one, &source), Through::new(&store.other, &source));
        source.put(7, 1);
        one.number_entry(7).write(|| async {
            one.number_entry(7).invalidate().await.unwrap();
            assert_eq!(other.number(7).await, Ok(1));
            assert_eq!(other.number_entry(7).get().await, None);
            cache_runtime::CacheManager::new(&store.other).clear_namespace("through").await.unwrap();
            assert_eq!(other.number(7).await, Ok(1));
            assert_eq!(other.number_entry(7).get().await, None);
            source.put(7, 2);
            Ok::<_, ()>(2)
        }).await.unwrap();
        assert_eq!(store.keys().await, 0);
        assert_eq!(other.number(7).await, Ok(2));
    }

    // Bites: fails without `'KEEPTTL'` in contend (mark.lua).
    async fn a_mark_is_never_prolonged(store: Store) {
        let Some(server) = &store.server else { return };
        let source = Source::new();
        let numbers = Through::new(&store.one, &source);
        let entry = numbers.number_entry(7);
        let key = entry.key().to_string();
        entry.write(|| async {
            server.command(&["PEXPIRE", &key, "5000"]);
            let nested = entry.write(|| async {
                let left: i64 = server.query(&["PTTL", &key]);
                assert!((1..=5000).contains(&left), "{left} ms");
                Ok::<_, ()>(1)
            });
            nested.await.unwrap();
            entry.invalidate().await.unwrap();
            let left: i64 = server.query(&["PTTL", &key]);
            assert!((1..=5000).contains(&left), "{left} ms");
            Ok::<_, ()>(2)
        }).await.unwrap();
        assert_eq!(store.keys().await, 0);
    }

    /// Each step is one command and one round trip: what a script reads and writes is counted too, and nothing is sent beside it.
    async fn a_set_and_an_invalidation_take_one_round_trip_and_a_write_two(store: Store) {
        const COMMANDS: [&str; 5] = ["evalsha", "get", "mget", "set", "unlink"];
        let Some(server) = &store.server else { return };
        let begin = || server.command(&["CONFIG", "RESETSTAT"]);
        let taken = || COMMANDS.map(|command| server.commands_processed(command));
        let (numbers, flags) = (Through::new(&store.one, &Source::new()), Flags::new(&store.one));
        let (entry, flag) = (numbers.number_entry(7), flags.flag("f"));
        // A key that is not there, and one that is.
        for _ in 0..2 {
            begin();
            flag.set(&true).await.unwrap();
            assert_eq!(taken(), [1, 1, 0, 1, 0], "put");
            begin();
            numbers.change(7, 1).await.unwrap();
            assert_eq!(taken(), [2, 2, 0, 2, 0], "the beginning and the end of a write");
        }
        begin();
        entry.write(|| async { Err::<u64, _>(()) }).await.unwrap_err();
        assert_eq!(taken(), [2, 2, 0, 1, 1], "the same of one that fails");
        for there in [1, 0] {
            begin();
            flag.invalidate().await.unwrap();
            assert_eq!(taken(), [1, 0, 0, 0, there], "invalidate");
        }
        begin();
        numbers.invalidate_tag(("owner", 1)).await.unwrap();
        assert_eq!(taken(), [1, 0, 0, 0, 0], "however many entries carry the tag");
    }
}

/// The same for the embedded store, where other entries push the mark out.
// Bites: fails without `None => (Change::Remove, …)` in end_write (store/memory/slot.rs), and the last `UNLINK` of end_write.lua.
#[tokio::test]
async fn a_value_filled_after_the_mark_was_evicted_is_removed() {
    let cache = cache_runtime::Cache::builder().memory_bytes(64 << 10).build().await.unwrap();
    let source = Source::new();
    let numbers = Through::new(&cache, &source);
    let flags = Flags::new(&cache);
    source.put(7, 1);
    let written = numbers
        .number_entry(7)
        .write_report(|| async {
            for noise in 0..5000_u64 {
                flags.set((noise,), &"x".repeat(1000)).await.unwrap();
                // Read again they are as much worth keeping as the mark.
                for again in noise.saturating_sub(10)..noise {
                    let _: Option<String> = flags.get((again,)).await;
                }
            }
            assert_eq!(numbers.number(7).await, Ok(1));
            assert_eq!(
                numbers.number_entry(7).get().await,
                Some(1),
                "the mark was evicted, and this filled in"
            );
            source.put(7, 2);
            Ok::<_, ()>(2)
        })
        .await
        .unwrap();
    assert_eq!(written.cache, WriteEffect::Contended);
    assert_eq!(numbers.number(7).await, Ok(2));
}
