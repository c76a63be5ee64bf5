//! P8: another key's value is not this key's, although it is of the same type.
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

use std::time::Duration;

use cache_runtime::prelude::*;
use cache_runtime::{CacheValue, WriteEffect};
use cache_tests::{Proxy, RedisServer};
use serde::{Deserialize, Serialize};

use kinds::{Flags, Through};
use source::Source;

async fn connect(url: String) -> Cache {
    Cache::builder().url(url).deadline(Duration::from_secs(10)).require_connection().build().await.unwrap()
}

/// What stands at the keys is right, and the answers get mixed up on their way.
// Bites: fails without `!stored.is_of(…)` in Call::value (read.rs).
#[tokio::test]
async fn answers_that_are_mixed_up_show_nobody_what_is_anothers() {
    aside!(Numbers, "misrouted");
    let server = RedisServer::start();
    let proxy = Proxy::start(server.port()).await;
    let cache = connect(proxy.url()).await;
    let source = Source::new();
    let (numbers, flags) = (Numbers::new(&cache, &source), Flags::new(&cache));
    let entries = [1, 2].map(|id| numbers.number_entry(id));
    for id in [1, 2] {
        source.put(id, id as u64);
        assert_eq!(numbers.number(id).await, Ok(id as u64));
        flags.set(("n", id), &(id as u64)).await.unwrap();
    }
    proxy.mix_up(entries[0].key().as_str(), entries[1].key().as_str());
    for entry in &entries {
        assert_eq!(entry.get().await, None);
    }
    assert_eq!(entries[0].counts().misrouted, 2);
    // The lease finds what really stands there.
    for id in [1, 2] {
        assert_eq!(numbers.number(id).await, Ok(id as u64));
    }
    assert_eq!(source.loads(), 2, "nothing was loaded anew");

    proxy.mix_up("flags:v1:n:1", "flags:v1:n:2");
    assert_eq!(flags.get_many::<u64, _>([("n", 1), ("n", 2)]).await, [None, None]);
    proxy.mix_up("", "");
    assert_eq!(flags.get_many::<u64, _>([("n", 1), ("n", 2)]).await, [Some(1), Some(2)]);
    for entry in &entries {
        assert!(entry.get().await.is_some(), "and what stood there still does");
    }
}

/// It really stands there: then it has to go, or the key would be of no use any more.
// Bites: fails without `Look::Dead(…)` in Call::misrouted (read.rs): the key is of no use any more.
#[tokio::test]
async fn a_key_that_was_renamed_is_loaded_anew() {
    let server = RedisServer::start();
    let cache = connect(server.url()).await;
    let source = Source::new();
    let numbers = Through::new(&cache, &source);
    source.put(3, 3);
    source.put(4, 4);
    assert_eq!(numbers.number(3).await, Ok(3));
    let (from, to) = (numbers.number_entry(3), numbers.number_entry(4));
    server.command(&["RENAME", from.key().as_str(), to.key().as_str()]);
    assert_eq!(to.get().await, None);
    assert_eq!((numbers.number(4).await, to.get().await), (Ok(4), Some(4)));
    assert_eq!((source.loads(), from.get().await), (2, None));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CacheValue)]
struct Row {
    #[cache(version)]
    revision: i64,
}

/// Its version says nothing of this key's.
// Bites: fails without `same_key(…)` in put.lua.
#[tokio::test]
async fn the_version_of_a_renamed_key_is_not_newer() {
    #[cache_strategy(namespace = "renamed", ttl = 60)]
    struct Rows {
        cache: Cache,
    }
    #[cache_strategy]
    impl Rows {
        #[cached(key = "row/<id>")]
        fn row(&self, id: u64) -> Entry<Row>;
    }
    let server = RedisServer::start();
    let rows = Rows { cache: connect(server.url()).await };
    let (from, to) = (rows.row(1), rows.row(2));
    from.set(&Row { revision: 9 }).await.unwrap();
    server.command(&["RENAME", from.key().as_str(), to.key().as_str()]);
    to.set(&Row { revision: 2 }).await.unwrap();
    assert_eq!(to.get().await, Some(Row { revision: 2 }));
    to.set(&Row { revision: 1 }).await.unwrap();
    assert_eq!(to.get().await, Some(Row { revision: 2 }), "of its own it is");
}

/// Nor where it is replaced by the mark of a write.
// Bites: fails without `string.sub(found, 69, 76) == ARGV[3]` in begin_write.lua.
#[tokio::test]
async fn a_write_in_place_of_a_renamed_key_leaves_its_value() {
    #[cache_strategy(namespace = "renamed_writes", ttl = 60, kind = "write_through")]
    struct Rows {
        cache: Cache,
    }
    #[cache_strategy]
    impl Rows {
        #[cached(key = "row/<id>")]
        fn row(&self, id: u64) -> Entry<Row>;
    }
    let server = RedisServer::start();
    let rows = Rows { cache: connect(server.url()).await };
    let (from, to) = (rows.row(1), rows.row(2));
    let write = async |entry: &Entry<Row, cache_runtime::kind::WriteThrough>, revision| {
        let written = entry.write_report(|| async { Ok::<_, ()>(Row { revision }) }).await.unwrap();
        (written.cache, entry.get().await)
    };
    assert_eq!(write(&from, 9).await, (WriteEffect::Stored, Some(Row { revision: 9 })));
    server.command(&["RENAME", from.key().as_str(), to.key().as_str()]);
    assert_eq!(write(&to, 2).await, (WriteEffect::Stored, Some(Row { revision: 2 })));
    assert_eq!(write(&to, 1).await, (WriteEffect::NotStored, None), "of its own it is");
}
