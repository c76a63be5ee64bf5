//! Looking after a cache.

use cache_runtime::prelude::*;

use crate::kinds::Flags;

on_every_store! {
    async fn a_namespace_is_cleared_and_no_other(store: Store) {
        let flags = Flags::new(&store.one);
        for id in 0..1200_u32 {
            flags.set(("n", id), &id).await.unwrap();
        }
        #[cache_strategy(namespace = "flags_too", ttl = 60)]
        struct Neighbour { cache: Cache }
        let neighbour = Neighbour { cache: store.one.clone() };
        neighbour.set(("n",), &1_u32).await.unwrap();
        if let Some(server) = &store.server {
            // A key that is no UTF-8 must not stop it.
            server.command(&["EVAL", r"redis.call('SET', 'flags:{x}\255\254', 'theirs')", "1", "{x}"]);
        }
        let manager = CacheManager::new(&store.other);
        let expected = if store.server.is_some() { 1201 } else { 1200 };
        assert_eq!(manager.clear_namespace("flags").await, Ok(expected));
        assert_eq!(flags.get::<u32>(("n", 7_u32)).await, None);
        assert_eq!(neighbour.get(("n",)).await, Some(1_u32));
        for pattern in ["*", "flags*", "fl?gs", "[f]lags_too", "\\"] {
            assert_eq!(manager.clear_namespace(pattern).await, Ok(0), "{pattern} is a name, no pattern");
        }
        assert_eq!(store.keys().await, 1);
    }

    async fn health_and_figures(store: Store) {
        let manager = CacheManager::new(&store.one);
        let health = manager.health_check().await;
        assert!(health.reachable);
        assert_eq!(health.error, None);
        match &store.server {
            None => assert_eq!(health.store, "memory"),
            Some(server) => {
                assert!(health.store.contains(&server.port().to_string()), "{}", health.store);
                assert!(health.version.unwrap().contains(' '));
                assert_eq!(health.role.as_deref(), Some("master"));
                assert!(health.round_trip.is_some());
            }
        }
        Flags::new(&store.one).flag("a").set(&true).await.unwrap();
        let stats = manager.stats().await;
        assert_eq!(stats.store.entries, Some(1));
        assert!(stats.store.bytes.unwrap() > 0);
        assert_eq!(stats.store.info.is_empty(), store.server.is_none());
        assert!(stats.to_string().contains("Flags::flag"), "{stats}");
    }
}
