//! Values with a version of their source: a newer one is never replaced by an older one.

use std::time::Duration;

use cache_runtime::prelude::*;
use cache_runtime::{CacheValue, WriteEffect};
use cache_tests::eventually;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CacheValue)]
struct Row {
    #[cache(version)]
    revision: i64,
    text: String,
}

fn row(revision: i64) -> Row {
    Row { revision, text: format!("revision {revision}") }
}

on_every_store! {
    // Bites: fails without `is_older(…)` in fill, put and end_write (store/memory/slot.rs), and version.lua.
    async fn set_does_not_replace_a_newer_value(store: Store) {
        #[cache_strategy(namespace = "feed_rows", ttl = 60)]
        struct Rows { cache: Cache }
        #[cache_strategy]
        impl Rows {
            #[cached(key = "row/<id>")]
            fn row(&self, id: u64) -> Entry<Row>;
        }
        let entry = Rows { cache: store.one.clone() }.row(7);
        // Not in the order of their bytes, nor in that of 53 bits.
        for (revision, stands) in [(-1, -1), (255, 255), (256, 256), (255, 256), (1 << 40, 1 << 40), (256, 1 << 40), (i64::MAX - 1, i64::MAX - 1), (i64::MAX, i64::MAX), (i64::MAX - 1, i64::MAX), (i64::MIN, i64::MAX)] {
            entry.set(&row(revision)).await.unwrap();
            assert_eq!(entry.get().await, Some(row(stands)));
        }
        let counts = entry.counts();
        assert_eq!((counts.older, counts.writes), (4, 6));
        // What was invalidated is not known any more.
        entry.invalidate().await.unwrap();
        entry.set(&row(1)).await.unwrap();
        assert_eq!(entry.get().await, Some(row(1)));
    }

    // Bites: fails without `is_older(…)` in fill, put and end_write (store/memory/slot.rs), and version.lua.
    async fn a_write_does_not_leave_an_older_value_than_it_found(store: Store) {
        #[cache_strategy(namespace = "through_rows", ttl = 60, kind = "write_through")]
        struct Rows { cache: Cache }
        #[cache_strategy]
        impl Rows {
            #[cached(key = "row/<id>")]
            async fn row(&self, id: u64) -> Result<Row, String> { Ok(row(i64::try_from(id).unwrap())) }
        }
        let rows = Rows { cache: store.one.clone() };
        assert_eq!(rows.row(7).await, Ok(row(7)));
        let entry = rows.row_entry(7);
        let written = entry.write_report(|| async { Ok::<_, String>(row(8)) }).await.unwrap();
        assert_eq!((written.cache, entry.get().await), (WriteEffect::Stored, Some(row(8))));
        // Read back from a replica that has not heard of the write.
        let written = entry.write_report(|| async { Ok::<_, String>(row(7)) }).await.unwrap();
        assert_eq!((written.cache, entry.get().await), (WriteEffect::NotStored, None));
    }

    // Bites: fails without `is_older(…)` in fill, put and end_write (store/memory/slot.rs), and version.lua.
    async fn a_refresh_from_a_replica_that_lags_is_not_stored(store: Store) {
        #[cache_strategy(namespace = "lagging_rows", ttl = "50ms")]
        struct Rows { cache: Cache }
        #[cache_strategy]
        impl Rows {
            #[cached(key = "row/<id>")]
            fn row(&self, id: u64) -> Entry<Row>;
        }
        let hour = Some(Duration::from_secs(3600));
        let entry = Rows { cache: store.one.clone() }.row(7);
        let entry = entry.policy(|policy| policy.stale_while_revalidate(hour).retry_after(Duration::from_millis(1))).unwrap();
        assert_eq!(entry.get_or_set(|| async { Ok::<_, ()>(row(8)) }).await, Ok(row(8)));
        eventually(|| async { entry.get_or_set(|| async { Ok::<_, ()>(row(7)) }).await.unwrap(); entry.counts().older > 0 }).await;
        assert_eq!(entry.get().await, Some(row(8)));
        eventually(|| async { entry.get_or_set(|| async { Ok::<_, ()>(row(9)) }).await == Ok(row(9)) }).await;
        let lasting = entry.policy(|policy| policy.ttl(Duration::from_secs(3600))).unwrap();
        assert_eq!(lasting.get().await, Some(row(9)));
    }
}
