//! Tags: entries that fall with one command, and stay down.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_runtime::{Invalidated, Load};
use cache_tests::eventually;

use crate::source::Source;

/// Numbers under a tag for each owner.
#[derive(Clone)]
#[cache_strategy(namespace = "tagged", ttl = "1h", kind = "write_through")]
struct Owned {
    cache: Cache,
}

impl Owned {
    fn number(&self, owner: u64, id: u64) -> Entry<u64, kind::WriteThrough> {
        self.entry(("owner", owner, "n", id)).tagged([self.tag(("owner", owner)), self.tag(("all",))])
    }
}

/// Numbers of one test: what is counted by hand-made keys is counted for all stores together.
macro_rules! counted {
    ($namespace:literal) => {
        #[derive(Clone)]
        #[cache_strategy(namespace = $namespace, ttl = "1h", kind = "write_through")]
        struct Counted {
            cache: Cache,
        }

        #[cache_strategy]
        impl Counted {
            #[cached(key = "n/<id>")]
            fn number(&self, id: u64) -> Entry<u64>;
        }
    };
}

on_every_store! {
    // Bites: fails without `if !tags.hold(…)` in Call::value (read.rs).
    async fn entries_fall_with_their_tag_and_no_others(store: Store) {
        let (one, other) = (Owned { cache: store.one.clone() }, Owned { cache: store.other.clone() });
        for owner in [1, 2] {
            for id in 0..100 {
                assert_eq!(one.number(owner, id).get_or_set(|| async { Ok::<_, ()>(id) }).await, Ok(id));
                assert_eq!(other.number(owner, id).get().await, Some(id));
            }
        }
        assert_eq!(one.invalidate_tag(("owner", 1)).await, Ok(Invalidated::Applied));
        for id in 0..100 {
            assert_eq!((other.number(1, id).get().await, other.number(2, id).get().await), (None, Some(id)));
        }
        // What is loaded now carries the new tag.
        assert_eq!(other.number(1, 7).get_or_set(|| async { Ok::<_, ()>(8) }).await, Ok(8));
        assert_eq!((one.number(1, 7).get().await, one.number(1, 8).get().await), (Some(8), None));
        other.invalidate_tag(("all",)).await.unwrap();
        assert_eq!((one.number(1, 7).get().await, one.number(2, 7).get().await), (None, None));
        assert!(one.number(1, 7).counts().tag_misses > 100);
    }

    /// A tag that went would take entries along that no pattern has named.
    // Bites: fails without `Some(_) if is_tag(key) => false` in Pattern::matches (key/pattern.rs).
    async fn a_pattern_leaves_the_tags_of_its_namespace_where_they_are(store: Store) {
        #[cache_strategy(namespace = "tagged_beside", ttl = "1h", kind = "cache_aside")]
        struct Pages { cache: Cache, #[skip] loads: Arc<AtomicU64> }

        #[cache_strategy]
        impl Pages {
            #[cached(key = "feed/<user>", tags("user/<user>"))]
            async fn feed(&self, user: u64) -> u64 { self.loads.fetch_add(1, Ordering::SeqCst); user }

            // What its pattern leaves open comes first: a server looks at all keys of the namespace.
            #[cached(key = "<slug>")]
            async fn page(&self, slug: &str) -> usize { slug.len() }

            #[cached(key = "name/<of>")]
            async fn name(&self, of: &str) -> usize { of.len() }
        }

        let loads = Arc::new(AtomicU64::new(0));
        let on = |cache: &Cache| Pages { cache: cache.clone(), loads: Arc::clone(&loads) };
        let (one, other, long) = (on(&store.one), on(&store.other), "x".repeat(600));
        for user in 0..5 {
            assert_eq!((one.feed(user).await, other.feed(user).await), (user, user));
        }
        for text in ["a", &long] {
            assert_eq!((one.page(text).await, one.name(text).await), (text.len(), text.len()));
        }
        assert_eq!(store.keys().await, 5 + 5 + 2 + 2, "feeds, their tags, pages and names");

        // Of the name that ends in a hash nobody knows that it is no page.
        assert_eq!(other.page_pattern(Any).invalidate().await.unwrap(), 3);
        assert_eq!((one.page_entry("a").get().await, one.page_entry(&long).get().await), (None, None));
        assert_eq!(one.name_entry("a").get().await, Some(1));
        assert_eq!(other.name_pattern(Any).invalidate().await.unwrap(), 1);
        assert_eq!(store.keys().await, 5 + 5, "feeds and their tags");
        for user in 0..5 {
            assert_eq!((one.feed_entry(user).get().await, other.feed(user).await), (Some(user), user));
        }
        assert_eq!(loads.load(Ordering::SeqCst), 5, "no feed was loaded again");
        other.invalidate_tag(("user", 3)).await.unwrap();
        assert_eq!((one.feed_entry(3).get().await, one.feed_entry(4).get().await), (None, Some(4)));
    }

    async fn a_hit_is_one_command_and_a_thousand_entries_fall_with_one(store: Store) {
        let Some(server) = &store.server else { return };
        let one = Owned { cache: store.one.clone() };
        for id in 0..1000 {
            one.number(1, id).get_or_set(|| async { Ok::<_, ()>(id) }).await.unwrap();
        }
        let commands = || ["get", "mget", "evalsha"].map(|command| server.commands_processed(command));
        server.command(&["CONFIG", "RESETSTAT"]);
        assert_eq!(one.number(1, 7).get().await, Some(7));
        // On a cluster one GET for the entry and each of its tags, each at its own node, all at once.
        let [get, mget] = if server.is_cluster() { [3, 0] } else { [0, 1] };
        assert_eq!(commands(), [get, mget, 0]);
        one.invalidate_tag(("owner", 1)).await.unwrap();
        assert_eq!(commands(), [get, mget, 1]);
        assert_eq!(one.number(1, 7).get().await, None);
    }

    // Bites: fails without `tags::open(miss)` in lead (load/lead.rs), asking behind the load instead.
    async fn a_load_that_read_before_its_tag_fell_is_of_no_use_after(store: Store) {
        let (one, source) = (Owned { cache: store.one.clone() }, Source::new());
        source.put(7, 1);
        source.hold();
        let load = || { let (one, source) = (one.clone(), source.clone()); async move { one.number(1, 7).get_or_set(|| source.load(7)).await } };
        let before = tokio::spawn(load());
        source.has_begun(1).await;
        source.put(7, 2);
        one.invalidate_tag(("owner", 1)).await.unwrap();
        source.release();
        assert_eq!(before.await.unwrap(), Ok(1));
        assert_eq!(one.number(1, 7).get().await, None, "stored under a tag that has fallen");
        assert_eq!(load().await, Ok(2));
    }

    // Bites: fails without `seen == state.seen.as_ref()` in Waiter::join (load/flight.rs).
    async fn a_load_is_not_joined_by_who_comes_after_its_tag_fell(store: Store) {
        counted!("tagged_after");
        let (one, source) = (Counted { cache: store.one.clone() }, Source::new());
        let number = || one.number(7).tagged([one.tag(("owner", 1))]);
        let load = || { let (entry, source) = (number(), source.clone()); tokio::spawn(async move { entry.get_or_set(|| source.load(7)).await }) };
        source.put(7, 1);
        source.hold();
        let before = load();
        source.has_begun(1).await;
        source.put(7, 2);
        one.invalidate_tag(("owner", 1)).await.unwrap();
        let after = load();
        eventually(|| async { number().counts().misses == 2 }).await;
        source.release();
        assert_eq!(before.await.unwrap(), Ok(1));
        assert_eq!(after.await.unwrap(), Ok(2));
    }

    /// A tag that is missing falls without a trace: that it is still missing does not say that nothing was invalidated.
    // Bites: fails without `seen.tags.iter().all(Option::is_some)` in without_hold (load/lead.rs).
    async fn a_load_under_a_mark_is_not_joined_after_a_missing_tag_fell_again(store: Store) {
        counted!("tagged_twice");
        let (one, source) = (Counted { cache: store.one.clone() }, Source::new());
        let number = || one.number(7).tagged([one.tag(("owner", 1))]);
        let load = || { let (entry, source) = (number(), source.clone()); tokio::spawn(async move { entry.get_or_set(|| source.load(7)).await }) };
        source.put(7, 1);
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (end, ends) = tokio::sync::oneshot::channel::<()>();
        let entry = number();
        let writer = tokio::spawn(async move {
            entry.write(|| async { begun.send(()).unwrap(); let _ = ends.await; Err::<u64, ()>(()) }).await
        });
        has_begun.await.unwrap();
        one.invalidate_tag(("owner", 1)).await.unwrap();
        source.hold();
        let before = load();
        source.has_begun(1).await;
        source.put(7, 2);
        one.invalidate_tag(("owner", 1)).await.unwrap();
        let after = load();
        eventually(|| async { number().counts().misses == 2 }).await;
        source.release();
        assert_eq!((before.await.unwrap(), after.await.unwrap()), (Ok(1), Ok(2)));
        drop(end);
        assert_eq!(writer.await.unwrap(), Err(()));
    }

    // Bites: fails without `nonce == Some(tag.nonce)` in Standing::hold (tags.rs), where a missing nonce differs.
    async fn a_tag_that_was_evicted_is_no_tag(store: Store) {
        let Some(server) = &store.server else { return };
        let one = Owned { cache: store.one.clone() };
        one.number(1, 7).get_or_set(|| async { Ok::<_, ()>(1) }).await.unwrap();
        assert_eq!(one.number(1, 7).get().await, Some(1));
        let tag = one.tag(("owner", 1));
        assert_eq!(tag, "tagged:v1:#tag:owner:1");
        server.command(&["DEL", tag.as_str()]);
        assert_eq!(one.number(1, 7).get().await, None);
        // Another entry makes the tag anew, and the old value stays down.
        one.number(1, 8).get_or_set(|| async { Ok::<_, ()>(1) }).await.unwrap();
        assert_eq!((one.number(1, 7).get().await, one.number(1, 8).get().await), (None, Some(1)));
    }

    // Bites: fails without `ends.max(*stands)` in open_tag (store/memory/slot.rs), and `PEXPIRE` in tag.lua.
    async fn a_tag_outlives_its_entries(store: Store) {
        let Some(server) = &store.server else { return };
        let one = Owned { cache: store.one.clone() };
        let ttl = |key: &str| server.query::<i64>(&["PTTL", key]);
        let short = one.number(1, 7).policy(|policy| policy.ttl(Duration::from_secs(1))).unwrap();
        short.get_or_set(|| async { Ok::<_, ()>(1) }).await.unwrap();
        let tag = one.tag(("owner", 1));
        assert!(ttl(tag.as_str()) > ttl(short.key().as_str()));
        let long = one.number(1, 8);
        long.get_or_set(|| async { Ok::<_, ()>(1) }).await.unwrap();
        assert!(ttl(tag.as_str()) > ttl(long.key().as_str()));
        short.get_or_set(|| async { Ok::<_, ()>(1) }).await.unwrap();
        assert!(ttl(tag.as_str()) > ttl(long.key().as_str()), "and is never cut short");
    }

    // Bites: fails without the terms' TTL in lifetime (load/tags.rs), or without the tags that are `outlived`.
    async fn a_tag_outlives_what_a_loader_keeps_for_longer(store: Store) {
        let Some(server) = &store.server else { return };
        let one = Owned { cache: store.one.clone() };
        let (entry, named) = (one.number(1, 7), one.tag(("author", 9)));
        let load = |tags: Vec<Key>| entry.get_or_load(|| async move {
            Ok::<_, ()>(Load::new(1).ttl(Duration::from_secs(24 * 60 * 60)).tags(tags))
        });
        load(vec![]).await.unwrap();
        assert_eq!(entry.get().await, Some(1));
        let ttl = |key: &Key| server.query::<i64>(&["PTTL", key.as_str()]);
        let outlive = |tags: &[&Key]| tags.iter().all(|tag| ttl(tag) > ttl(entry.key()));
        let (owner, all) = (one.tag(("owner", 1)), one.tag(("all",)));
        assert!(outlive(&[&owner, &all]));
        // A tag that a loader names has to be there for a while before it is trusted.
        eventually(|| async {
            entry.invalidate().await.unwrap();
            load(vec![named.clone()]).await.unwrap();
            entry.get().await.is_some()
        }).await;
        assert!(outlive(&[&owner, &all, &named]));
        one.invalidate_tag(("author", 9)).await.unwrap();
        assert_eq!(entry.get().await, None);
    }

    // Bites: fails without `if !tags.hold(…)` in Call::value (read.rs).
    async fn what_is_written_falls_with_its_tag(store: Store) {
        let one = Owned { cache: store.one.clone() };
        assert_eq!(one.number(1, 7).write(|| async { Ok::<_, ()>(5) }).await, Ok(5));
        assert_eq!(one.number(1, 7).get().await, Some(5));
        one.invalidate_tag(("owner", 1)).await.unwrap();
        assert_eq!(one.number(1, 7).get().await, None);
        let entry = one.number(1, 7);
        let during = entry.write(|| async {
            one.invalidate_tag(("owner", 1)).await.unwrap();
            Ok::<_, ()>(6)
        });
        assert_eq!(during.await, Ok(6));
        assert_eq!(one.number(1, 7).get().await, None, "its tag fell while it was written");
    }

    // Bites: fails without `if !tags.hold(…)` in Call::value (read.rs).
    async fn who_does_not_know_the_tags_sees_them_fall_too(store: Store) {
        let one = Owned { cache: store.one.clone() };
        one.number(1, 7).get_or_set(|| async { Ok::<_, ()>(5) }).await.unwrap();
        let parts = ("owner", 1, "n", 7);
        assert_eq!((one.get::<u64>(parts).await, one.get_many::<u64, _>([parts]).await), (Some(5), vec![Some(5)]));
        one.invalidate_tag(("all",)).await.unwrap();
        assert_eq!((one.get::<u64>(parts).await, one.get_many::<u64, _>([parts]).await), (None, vec![None]));
        // And what lacks a tag that is declared is no good to who declares it.
        one.entry::<u64>(parts).get_or_set(|| async { Ok::<_, ()>(6) }).await.unwrap();
        assert_eq!((one.get::<u64>(parts).await, one.number(1, 7).get().await), (Some(6), None));
    }

    // Bites: fails without `made.saturating_add(SETTLED_MILLIS) > load_began` in for_terms (load/tags.rs).
    // Bites: fails without `if names_tags(…)` in Looking::poll (looking.rs), on a server.
    async fn a_loader_names_tags(store: Store) {
        let one = Owned { cache: store.one.clone() };
        let entry = one.entry::<u64>(("page", 1));
        let load = || entry.get_or_load(|| async { Ok::<_, ()>(Load::new(1).tag(one.tag(("author", 9)))) });
        // A tag that is new is made by the first load; only a later one is known to have read after it.
        assert_eq!((load().await, entry.get().await), (Ok(1), None));
        eventually(|| async { load().await.unwrap(); entry.get().await == Some(1) }).await;
        let fails = || entry.get_or_load(|| async { Err::<Load<u64>, _>("loaded") });
        assert_eq!(fails().await, Ok(1), "it stands for who has a loader too");
        one.invalidate_tag(("author", 9)).await.unwrap();
        assert_eq!((entry.get().await, fails().await), (None, Err("loaded")));
    }

    async fn a_loader_says_how_long_or_not_at_all(store: Store) {
        let one = Owned { cache: store.one.clone() };
        let entry = one.entry::<u64>(("terms", 1));
        assert_eq!(entry.get_or_load(|| async { Ok::<_, ()>(Load::skip(1)) }).await, Ok(1));
        assert_eq!((entry.get().await, store.keys().await), (None, 0));
        assert_eq!(entry.get_or_load(|| async { Ok::<_, ()>(Load::new(2).ttl(Duration::ZERO)) }).await, Ok(2));
        assert_eq!((entry.get().await, store.keys().await), (None, 0), "out of range: not stored");
        entry.get_or_load(|| async { Ok::<_, ()>(Load::new(3).ttl(Duration::from_millis(50))) }).await.unwrap();
        eventually(|| async { store.keys().await == 0 || entry.get().await.is_none() }).await;
        entry.get_or_load(|| async { Ok::<_, ()>(Load::new(4)) }).await.unwrap();
        assert_eq!(entry.get().await, Some(4));
    }
}
