//! P4 for what has more steps than a load: the refresh of a stale value, tags, a write with tags. Each is dropped after each
//! number of polls, and leaves no lease, no mark and no claim behind.

use std::time::Duration;

use cache_runtime::__private::interleaving::{Standing, standing};
use cache_runtime::prelude::*;
use cache_tests::eventually;

use crate::cancellation::polled;
use crate::source::Source;
use crate::stores::{Server, Store, patient};

/// Longer than anything here is waited for: what is left behind does not go by its time.
const FOR_EVER: Duration = Duration::from_secs(600);

/// A cache on the same store whose leases, claims and marks do not end.
async fn lasting(store: &Store) -> Cache {
    let builder = patient(Cache::builder()).lease(FOR_EVER).write_mark(FOR_EVER);
    match &store.server {
        Some(server) => builder.url(server.url()).require_connection().build().await.expect("a cache"),
        None => store.one.clone(),
    }
}

/// Whether neither a lease nor a mark stands at an entry, nor a value that is claimed.
fn is_free<K>(server: Option<&Server>, entry: &Entry<u64, K>) -> bool {
    let Some(server) = server else { return standing(entry) != Standing::Busy };
    let record: Option<Vec<u8>> = server.query(&["GET", entry.key().as_str()]);
    match record.as_deref() {
        Some([0xCA, b'l' | b'w', ..]) => false,
        // A claim is eight bytes from the 52nd; the highest bit stands for a load that has failed.
        Some(value @ [0xCA, b'v', ..]) => value[52..60] == [0; 8] || value[59] >= 128,
        _ => true,
    }
}

on_every_store! {
    // Bites: fails without `Claim::Free` in Hold::give_back (load/hold.rs).
    async fn a_refresh_dropped_at_any_await_point_leaves_no_claim(store: Store) {
        #[cache_strategy(namespace = "dropped_refresh", ttl = "20ms")]
        struct Ages { cache: Cache }
        #[cache_strategy]
        impl Ages {
            #[cached(key = "n/<id>")]
            fn number(&self, id: u64) -> Entry<u64>;
        }
        let (source, cache) = (Source::new(), lasting(&store).await);
        let fresh = Ages { cache }.number(7);
        let entry = fresh.clone().policy(|policy| policy.stale_while_revalidate(Some(FOR_EVER))).unwrap();
        source.put(7, 1);
        let load = || async { tokio::task::yield_now().await; source.load(7).await };
        for polls in 0.. {
            entry.invalidate().await.unwrap();
            assert_eq!(entry.get_or_set(load).await, Ok(1));
            eventually(|| async { fresh.get().await.is_none() }).await;
            let dropped = polled(entry.get_or_set(load), polls).await;
            eventually(|| async { is_free(store.server.as_ref(), &entry) }).await;
            // Who comes next loads it anew, or finds that it was.
            let loads = source.loads();
            eventually(|| async { entry.get_or_set(load).await == Ok(1) && source.loads() > loads || fresh.get().await.is_some() }).await;
            if let Some(value) = dropped {
                assert_eq!(value, Ok(1));
                assert!(polls > 1, "it has been dropped before");
                break;
            }
        }
    }

    // Bites: fails without `(flights.give_back)(…)` in close (load/flight.rs).
    async fn a_tagged_load_dropped_at_any_await_point_leaves_no_lease(store: Store) {
        #[cache_strategy(namespace = "dropped_tagged", ttl = "1h")]
        struct Tagged { cache: Cache }
        let (source, cache) = (Source::new(), lasting(&store).await);
        let tagged = Tagged { cache };
        let entry = tagged.entry::<u64>(("n", 7)).tagged([tagged.tag(("owner", 1)), tagged.tag(("all",))]);
        source.put(7, 1);
        let load = || async { tokio::task::yield_now().await; source.load(7).await };
        for polls in 0.. {
            let dropped = polled(entry.get_or_set(load), polls).await;
            eventually(|| async { is_free(store.server.as_ref(), &entry) }).await;
            assert_eq!(entry.get_or_set(load).await, Ok(1), "nobody hangs");
            assert_eq!(entry.get().await, Some(1), "and it is stored");
            // The value and a tag in turn: then the tag has to be made again too.
            if polls % 2 == 0 { tagged.invalidate_tag(("owner", 1)).await } else { entry.invalidate().await }.unwrap();
            assert_eq!(entry.get().await, None);
            if let Some(value) = dropped {
                assert_eq!(value, Ok(1));
                assert!(polls > 1, "it has been dropped before");
                break;
            }
        }
    }

    // Bites: fails without `in_background(…)` in Mark::drop (write.rs).
    async fn a_tagged_write_dropped_at_any_await_point_leaves_no_mark_and_no_old_value(store: Store) {
        #[cache_strategy(namespace = "dropped_write", ttl = "1h", kind = "write_through")]
        struct Written { cache: Cache }
        let (source, cache) = (Source::new(), lasting(&store).await);
        let written = Written { cache };
        let entry = written.entry::<u64>(("n", 7)).tagged([written.tag(("owner", 1)), written.tag(("all",))]);
        for polls in 0.. {
            source.put(7, 1);
            entry.invalidate().await.unwrap();
            assert_eq!(entry.get_or_set(|| source.load(7)).await, Ok(1));
            let write = entry.write(|| async {
                source.put(7, 2);
                tokio::task::yield_now().await;
                Ok::<_, ()>(2)
            });
            let dropped = polled(write, polls).await;
            eventually(|| async { is_free(store.server.as_ref(), &entry) }).await;
            eventually(|| async { entry.get().await.is_none_or(|value| Some(value) == source.value(7)) }).await;
            assert_eq!(entry.get_or_set(|| source.load(7)).await.ok(), source.value(7));
            assert_eq!(entry.get().await, source.value(7), "and it is stored");
            if let Some(value) = dropped {
                assert_eq!(value, Ok(2));
                assert!(polls > 1, "it has been dropped before");
                break;
            }
        }
    }
}
