//! P8: no stored bytes can fail or mislead a function.

use std::time::Duration;

use cache_runtime::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kinds::{Aside, Flags, Through};
use crate::source::Source;
use crate::stores::patient;

on_every_store! {
    // Bites: fails without `Look::Dead(expected)` in Call::interpret (read.rs).
    async fn bytes_of_others_are_a_miss_and_are_replaced(store: Store) {
        let Some(server) = &store.server else { return };
        let source = Source::new();
        let numbers = Aside::new(&store.one, &source);
        let mut loads = 0;
        for bytes in ["", "hello", "42", "\u{fffd}"] {
            source.put(7, 5);
            server.command(&["SET", numbers.number_entry(7).key().as_str(), bytes]);
            assert_eq!(numbers.number_entry(7).get().await, None);
            assert_eq!((numbers.number(7).await, numbers.number(7).await), (Ok(5), Ok(5)), "{bytes:?}");
            loads += 1;
            assert_eq!(source.loads(), loads, "it was loaded once, and then hit");
        }
    }

    /// By whoever: PERSIST, or a dump that was restored.
    // Bites: fails without `store.limit(…)` in look_out (load/follow.rs).
    async fn a_lease_without_an_end_is_given_one(store: Store) {
        aside!(Numbers, "without_an_end");
        let Some(server) = &store.server else { return };
        let builder = patient(Cache::builder()).url(server.url()).lease(Duration::from_millis(200));
        let source = Source::new();
        let numbers = Numbers::new(&builder.require_connection().build().await.unwrap(), &source);
        source.put(7, 5);
        let key = numbers.number_entry(7).key().to_string();
        let byte = |at: &'static str, value: &'static str| ["SET", "u8", at, value];
        let lease = [byte("0", "202"), byte("8", "108"), byte("16", "1"), byte("152", "7")].concat();
        server.command(&[&["BITFIELD", &key], &lease[..]].concat());
        assert_eq!(numbers.number_entry(7).get().await, None);
        assert_eq!(numbers.number(7).await, Ok(5));
        assert!(numbers.number_entry(7).counts().waits > 0, "it was taken for one");
        assert_eq!(numbers.number_entry(7).get().await, Some(5));
    }

    // Bites: fails without `CacheError::ForeignKey` in sorted (store/redis/answer.rs).
    async fn another_redis_type_is_left_alone(store: Store) {
        let Some(server) = &store.server else { return };
        let source = Source::new();
        source.put(7, 5);
        let (aside, through, flags) =
            (Aside::new(&store.one, &source), Through::new(&store.one, &source), Flags::new(&store.one));
        for key in [aside.number_entry(7).key(), through.number_entry(7).key(), flags.flag("a").key()] {
            server.command(&["RPUSH", key.as_str(), "theirs"]);
        }
        assert_eq!((aside.number(7).await, through.change(7, 6).await, through.number(7).await), (Ok(5), Ok(6), Ok(6)));
        assert_eq!(flags.flag("a").get().await, None);
        assert_eq!(flags.flag("a").set(&true).await, Err(CacheError::ForeignKey));
        assert_eq!(flags.get_many::<bool, _>([("flag", "a")]).await, [None]);
        aside.number_entry(7).invalidate().await.unwrap();
        for key in [aside.number_entry(7).key(), through.number_entry(7).key(), flags.flag("a").key()] {
            assert_eq!(server.query::<Vec<String>>(&["LRANGE", key.as_str(), "0", "-1"]), ["theirs"]);
        }
        assert_eq!(CacheManager::new(&store.one).clear_namespace("aside").await, Ok(0));
        assert_eq!(server.query::<i64>(&["EXISTS", aside.number_entry(7).key().as_str()]), 1);
    }

    async fn another_type_at_the_key_is_a_miss_and_is_replaced(store: Store) {
        let flags = Flags::new(&store.one);
        flags.set(("x",), &"text".to_owned()).await.unwrap();
        assert_eq!(flags.get::<u64>(("x",)).await, None);
        assert_eq!(flags.get_or_set(("x",), || async { Ok::<u64, ()>(1) }).await, Ok(1));
        assert_eq!(flags.get(("x",)).await, Some(1_u64));
    }

    // Bites: fails without `!stored.fits(…)` in Call::value (read.rs).
    async fn a_changed_schema_is_a_miss_never_a_misread(store: Store) {
        mod before {
            use super::*;
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CacheValue)]
            pub(super) struct Reading { pub(super) value: i64, pub(super) unit: Option<String> }
        }
        mod after {
            use super::*;
            // The same names, and JSON that both can read: only the schema tells them apart.
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CacheValue)]
            pub(super) struct Reading { pub(super) value: u64, pub(super) unit: Option<String> }
        }

        #[cache_strategy(namespace = "schema", ttl = 60)]
        struct Before { cache: Cache }
        #[cache_strategy]
        impl Before {
            #[cached(key = "reading/<id>")]
            fn reading(&self, id: i64) -> Entry<Vec<before::Reading>>;
        }
        #[cache_strategy(namespace = "schema", ttl = 60)]
        struct After { cache: Cache }
        #[cache_strategy]
        impl After {
            #[cached(key = "reading/<id>")]
            fn reading(&self, id: i64) -> Entry<Vec<after::Reading>>;
        }

        let (before, after) = (Before { cache: store.one.clone() }, After { cache: store.other.clone() });
        before.reading(1).set(&vec![before::Reading { value: 1, unit: None }]).await.unwrap();
        assert_eq!(after.reading(1).get().await, None);
        assert_eq!(after.reading(1).counts().schema_misses, 1);
        let loaded = after.reading(1).get_or_set(|| async { Ok::<_, ()>(vec![after::Reading { value: 2, unit: None }]) }).await;
        assert_eq!(loaded.unwrap()[0].value, 2);
        assert_eq!(before.reading(1).get().await, None, "one key, one entry");
        assert_eq!(after.reading(1).get().await.unwrap()[0].value, 2);
    }

    async fn a_value_that_can_not_be_encoded_is_returned_and_not_cached(store: Store) {
        use std::collections::HashMap;

        #[cache_strategy(namespace = "maps", ttl = 60)]
        struct Maps { cache: Cache }
        #[cache_strategy]
        impl Maps {
            // JSON keys are text; a tuple is none.
            #[cached(key = "map/<id>")]
            async fn map(&self, id: i64) -> HashMap<(i64, i64), i64> { HashMap::from([((id, id), id)]) }
        }
        let maps = Maps { cache: store.one.clone() };
        for _ in 0..2 {
            assert_eq!(maps.map(1).await[&(1, 1)], 1);
        }
        let counts = maps.map_entry(1).counts();
        assert_eq!((counts.loads, counts.fills, counts.unstorable), (2, 0, 2));
        assert_eq!(store.keys().await, 0, "no lease is left");
        let error = maps.map_entry(1).set(&HashMap::from([((1, 1), 1)])).await.unwrap_err();
        assert!(matches!(error, CacheError::Encode { .. }), "{error}");
    }

    // Bites: fails without `life.none && !self.takes_none` in Call::value (read.rs).
    async fn a_kept_none_is_replaced_by_a_declaration_that_knows_none(store: Store) {
        mod before {
            use super::*;
            #[cache_strategy(namespace = "none", ttl = 60)]
            pub(super) struct Names { pub(super) cache: Cache }
            #[cache_strategy]
            impl Names {
                #[cached(key = "name/<id>", none_ttl = 60)]
                pub(super) async fn name(&self, id: i64) -> Option<String> { let _ = id; None }
            }
        }
        mod after {
            use super::*;
            #[derive(Clone)]
            #[cache_strategy(namespace = "none", ttl = 60)]
            pub(super) struct Names { pub(super) cache: Cache }
            #[cache_strategy]
            impl Names {
                #[cached(key = "name/<id>")]
                pub(super) async fn name(&self, id: i64) -> String { id.to_string() }
            }
        }
        let before = before::Names { cache: store.one.clone() };
        assert_eq!((before.name(1).await, before.name(1).await), (None, None));
        assert_eq!(before.name_entry(1).counts().loads, 1);

        let after = after::Names { cache: store.one.clone() };
        let callers: Vec<_> = (0..20)
            .map(|_| { let after = after.clone(); tokio::spawn(async move { after.name(1).await }) })
            .collect();
        for caller in callers {
            assert_eq!(caller.await.unwrap(), "1");
        }
        assert_eq!(after.name(1).await, "1");
        assert_eq!(after.name_entry(1).counts().loads, 1, "one load, which replaces the `None`");
        assert_eq!(before.name(1).await.as_deref(), Some("1"));
    }

    // Bites: fails without `self.cache.settings().max_value_bytes` in Call::try_draft (draft.rs).
    async fn a_value_that_is_too_large_goes_to_its_callers_alone(store: Store) {
        #[cache_strategy(namespace = "large", ttl = 60)]
        struct Texts { cache: Cache }
        #[cache_strategy]
        impl Texts {
            #[cached(key = "text/<length>")]
            async fn text(&self, length: usize) -> String { "x".repeat(length) }
        }
        let builder = patient(Cache::builder()).max_value_bytes(1024);
        let builder = match &store.server { Some(server) => builder.url(server.url()), None => builder };
        let texts = Texts { cache: builder.build().await.unwrap() };
        // With its two quotes.
        for (length, not_stored) in [(1022, 0), (1023, 2)] {
            assert_eq!((texts.text(length).await.len(), texts.text(length).await.len()), (length, length));
            let counts = texts.text_entry(length).counts();
            assert_eq!(counts.loads - counts.fills, not_stored, "{length}");
        }
        assert_eq!(texts.text_entry(0).counts().unstorable, 2);
        assert_eq!(CacheManager::new(&texts.cache).stats().await.store.entries, Some(1), "no lease is left");
        let error = texts.text_entry(7).set(&"x".repeat(1023)).await.unwrap_err();
        assert!(error.to_string().contains("more than 1024 bytes"), "{error}");
    }

    // Bites: fails without `Scripts::load(…)` in Link::script (store/redis/link.rs).
    async fn a_server_that_forgot_its_scripts_is_told_again(store: Store) {
        let Some(server) = &store.server else { return };
        let source = Source::new();
        source.put(7, 5);
        let numbers = Aside::new(&store.one, &source);
        server.command(&["SCRIPT", "FLUSH"]);
        assert_eq!((numbers.number(7).await, numbers.number(7).await), (Ok(5), Ok(5)));
        assert_eq!(source.loads(), 1);
        server.command(&["SCRIPT", "FLUSH"]);
        let flags = Flags::new(&store.one);
        flags.set_many([(("x",), &1_u64), (("y",), &2)]).await.unwrap();
        assert_eq!(flags.get_many::<u64, _>([("x",), ("y",)]).await, [Some(1), Some(2)]);
    }
}
