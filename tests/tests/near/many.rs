//! Many entries at once: those that are in the process are not asked for again, and those that are read stay there.

use std::collections::HashMap;

use super::*;

#[cache_strategy]
impl Numbers {
    #[cached(key = "batched/<ids>", batch)]
    async fn batched(&self, ids: &[u64]) -> HashMap<u64, u64> {
        ids.iter().map(|id| (*id, self.source.read(*id))).collect()
    }
}

/// The first time from the source, then from the server, until none is asked for.
///
/// Bites: `calls.take_near(…)` in `load_many` (`load/batch/mod.rs`), or `near_ticket` in `Calls::tickets` (`read_many.rs`).
#[tokio::test]
async fn a_batch_asks_for_what_is_not_in_the_process() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    source.set(7);
    let sevens = |ids: &[u64]| ids.iter().map(|id| (*id, 7)).collect::<HashMap<u64, u64>>();
    is_near(&server, async || assert_eq!(numbers.batched(&[1, 2, 3]).await, sevens(&[1, 2, 3]))).await;
    let (mgets, hits) = (server.commands_processed("mget"), numbers.batched_entry(1).counts());
    assert_eq!(numbers.batched(&[3, 4, 1, 3]).await, sevens(&[1, 3, 4]));
    assert_eq!(server.commands_processed("mget") - mgets, 1, "for the one that is new");
    let counts = numbers.batched_entry(1).counts();
    assert_eq!((counts.near_hits - hits.near_hits, counts.misses - hits.misses), (2, 1));
    assert_eq!(source.reads(), 4);
}

/// Bites: `calls.take_near(…)` in `get_many` (`entry/many.rs`), or `near_ticket` in `Calls::tickets` (`read_many.rs`).
#[tokio::test]
async fn get_many_asks_for_what_is_not_in_the_process() {
    let (server, source) = (RedisServer::start(), Source::default());
    let numbers = near(&server.url(), &source).await;
    let parts = |ids: std::ops::Range<u64>| ids.map(|id| ("dynamic", id)).collect::<Vec<_>>();
    for id in 0..3_u64 {
        assert_eq!(
            numbers.get_or_set(("dynamic", id), || async { Ok::<_, String>(id + 5) }).await,
            Ok(id + 5)
        );
    }
    let found = [Some(5), Some(6), Some(7)];
    is_near(&server, async || assert_eq!(numbers.get_many::<u64, _>(parts(0..3)).await, found)).await;
    let before = reads(&server);
    assert_eq!(numbers.get_many::<u64, _>(parts(1..4)).await, [Some(6), Some(7), None]);
    assert_eq!(reads(&server) - before, 1);
    let there = other(&server.url(), &source).await;
    there.invalidate(("dynamic", 1)).await.unwrap();
    becomes(vec![Some(5), None], || numbers.get_many::<u64, _>(parts(0..2))).await;
}
