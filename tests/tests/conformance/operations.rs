//! The operations of strategies and entries.

use std::time::Duration;

use cache_runtime::prelude::*;

use crate::kinds::{Aside, Flags, Through};
use crate::source::Source;

on_every_store! {
    async fn what_is_set_is_read_and_deleted(store: Store) {
        let (one, other) = (Flags::new(&store.one), Flags::new(&store.other));
        assert_eq!(one.flag("a").get().await, None);
        one.flag("a").set(&true).await.unwrap();
        assert_eq!((one.flag("a").get().await, other.flag("a").get().await), (Some(true), Some(true)));
        assert_eq!(other.flag("b").get().await, None);
        other.flag("a").delete().await.unwrap();
        assert_eq!(one.flag("a").get().await, None);
    }

    async fn dynamic_keys_and_declared_ones_are_the_same_entries(store: Store) {
        let flags = Flags::new(&store.one);
        flags.set(("flag", "a"), &true).await.unwrap();
        assert_eq!(flags.flag("a").get().await, Some(true));
        flags.flag("b").set(&false).await.unwrap();
        assert_eq!(flags.get(("flag", "b")).await, Some(false));
        assert_eq!(flags.key(("flag", "b")), *flags.flag("b").key());
        flags.delete(("flag", "a")).await.unwrap();
        flags.invalidate(("flag", "b")).await.unwrap();
        assert_eq!(flags.get_many::<bool, _>([("flag", "a"), ("flag", "b")]).await, [None, None]);
    }

    async fn many_are_read_by_one_command_and_written_in_one_round_trip(store: Store) {
        let flags = Flags::new(&store.one);
        let values: Vec<u64> = (0..100).collect();
        if let Some(server) = &store.server {
            server.command(&["CONFIG", "RESETSTAT"]);
        }
        flags.set_many(values.iter().map(|value| (("n", *value), value))).await.unwrap();
        let read: Vec<Option<u64>> = flags.get_many((0..=100).map(|id: u64| ("n", id))).await;
        assert_eq!(read[..100], values.into_iter().map(Some).collect::<Vec<_>>());
        assert_eq!(read[100], None);
        if let Some(server) = &store.server {
            // A cluster's nodes get theirs as a pipeline: MGET is for the keys of one slot. A script's GET is counted too.
            let reads = if server.is_cluster() { (0, 201) } else { (1, 100) };
            assert_eq!((server.commands_processed("mget"), server.commands_processed("get")), reads);
            assert_eq!(server.commands_processed("evalsha"), 100);
        }
        assert!(flags.get_many::<u64, (u8,)>([]).await.is_empty());
        flags.set_many::<u64, (u8,)>([]).await.unwrap();
    }

    async fn every_kind_has_get_or_set_and_its_own_operation(store: Store) {
        let (flags, aside, through) = (
            Flags::new(&store.one),
            Aside::new(&store.one, &Source::new()),
            Through::new(&store.one, &Source::new()),
        );
        let load = |value: u64| async move { Ok::<u64, String>(value) };
        for value in [1, 2] {
            assert_eq!(flags.get_or_set(("x",), || load(value)).await, Ok(1));
            assert_eq!(aside.fetch(("x",), || load(value)).await, Ok(1));
            assert_eq!(through.get_or_set(("x",), || load(value)).await, Ok(1));
        }
        assert_eq!(through.write(("x",), || load(3)).await, Ok(3));
        assert_eq!(through.get(("x",)).await, Some(3_u64));
        assert_eq!(through.write_report(("x",), || load(4)).await.unwrap().value, 4);
    }

    async fn set_ends_a_load_that_is_under_way(store: Store) {
        let source = Source::new();
        let flags = Flags::new(&store.one);
        source.put(1, 1);
        source.hold();
        let loading = tokio::spawn({
            let (flags, source) = (flags.clone(), source.clone());
            async move { flags.get_or_set(("n",), || async move { source.load(1).await }).await }
        });
        source.has_begun(1).await;
        flags.set(("n",), &2_u64).await.unwrap();
        source.release();
        assert_eq!(loading.await.unwrap(), Ok(1));
        assert_eq!(flags.get(("n",)).await, Some(2_u64));
    }

    async fn values_end_with_their_ttl(store: Store) {
        let flags = Flags::new(&store.one);
        flags.flag("a").set(&true).await.unwrap();
        if let Some(server) = &store.server {
            let left: i64 = server.query(&["PTTL", flags.flag("a").key().as_str()]);
            assert!((50_000..=60_000).contains(&left), "{left} ms");
        }
    }

    async fn key_fields_keep_tenants_apart(store: Store) {
        #[cache_strategy(namespace = "tenants", ttl = 60)]
        struct Settings { #[key] tenant: String, cache: Cache }

        #[cache_strategy]
        impl Settings {
            #[cached(key = "setting/<name>")]
            fn setting(&self, name: &str) -> Entry<u32>;
        }

        let of = |tenant: &str| Settings { tenant: tenant.into(), cache: store.one.clone() };
        let (one, other) = (of("one"), of("other"));
        one.setting("size").set(&1).await.unwrap();
        assert_eq!(other.setting("size").get().await, None);
        assert_eq!(one.setting("size").key(), &"tenants:v1:one:setting:size");
        assert_eq!(of("one:setting").setting("size").key(), &"tenants:v1:one%3Asetting:setting:size");
        other.set(("setting", "size"), &2_u32).await.unwrap();
        assert_eq!(one.setting_pattern(Any).invalidate().await, Ok(1));
        assert_eq!(other.setting("size").get().await, Some(2));
        assert_eq!(one.entries(("setting", Any)).to_string(), "tenants:v1:one:setting:*");
    }

    async fn a_pattern_takes_what_it_names_and_no_more(store: Store) {
        let flags = Flags::new(&store.one);
        for name in ["a", "b", "a:b", "*", "with space"] {
            flags.flag(name).set(&true).await.unwrap();
        }
        flags.set(("other", "a"), &true).await.unwrap();
        flags.set(("flag", "a", "deeper"), &true).await.unwrap();
        assert_eq!(flags.flag_pattern("*").invalidate().await, Ok(1), "a star in a value is no wildcard");
        assert_eq!(flags.flag("a").get().await, Some(true));
        assert_eq!(flags.flag_pattern(Any).invalidate().await, Ok(4));
        assert_eq!(flags.get(("other", "a")).await, Some(true));
        assert_eq!(flags.get(("flag", "a", "deeper")).await, Some(true));
    }

    async fn a_pattern_takes_long_keys_along(store: Store) {
        let flags = Flags::new(&store.one);
        let long = "x".repeat(2000);
        flags.flag(&long).set(&true).await.unwrap();
        assert_eq!(flags.flag(&long).get().await, Some(true));
        assert_eq!(flags.flag_pattern(Any).invalidate().await, Ok(1));
        assert_eq!(flags.flag(&long).get().await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_in_memory_ends_with_its_ttl() {
    let flags = Flags::new(&Cache::memory());
    flags.flag("a").set(&true).await.unwrap();
    tokio::time::advance(Duration::from_millis(59_999)).await;
    assert_eq!(flags.flag("a").get().await, Some(true));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(flags.flag("a").get().await, None);
}

#[tokio::test]
async fn memory_is_bounded_by_bytes() {
    let cache = Cache::builder().memory_bytes(1 << 20).build().await.unwrap();
    let flags = Flags::new(&cache);
    for id in 0..5000_u32 {
        flags.set(("n", id), &"x".repeat(1000)).await.unwrap();
    }
    let stats = CacheManager::new(&cache).stats().await.store;
    assert!(stats.bytes.unwrap() <= 1 << 20, "{stats:?}");
    assert!(stats.entries.unwrap() > 500, "{stats:?}");
    assert!(stats.evictions.unwrap() > 3000, "{stats:?}");
    // What is larger than its share of the store is not kept, and pushes nothing out.
    let before = stats.entries;
    flags.set(("huge",), &"x".repeat(1 << 21)).await.unwrap();
    assert_eq!(flags.get::<String>(("huge",)).await, None);
    assert!(CacheManager::new(&cache).stats().await.store.entries >= before);
}
