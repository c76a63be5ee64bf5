//! A master that sentinels name tells of its keys, and so does the one after it.

use cache_runtime::Invalidated;
use cache_tests::Sentinels;

use super::*;

/// Bites: without `near.forget(key)` in forget (store/redis/changes.rs); behind the failover without `begin_epoch` in Trust::is_lost
/// (near/trust.rs).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_tells_of_its_keys_and_so_does_the_one_after_it() {
    let set = tokio::task::spawn_blocking(|| Sentinels::steady(1)).await.unwrap();
    let source = Source::default();
    let (here, there) = (near(&set.url(), &source).await, other(&set.url(), &source).await);
    let change = async |version| {
        source.set(version);
        eventually(async || there.number_entry(1).invalidate().await == Ok(Invalidated::Applied)).await;
        becomes(version, || async { *here.number(1).await }).await;
    };
    let former = set.master_server();
    for version in 1..10 {
        change(version).await;
        warm(&here, former, 1).await;
    }

    set.failover();
    // Its clients are sent away; what they remember of it was told by nobody since then.
    eventually(async || former.role().as_deref() == Some("slave")).await;
    change(10).await;
    eventually(async || set.master() != former.port()).await;
    let master = set.master_server();
    for version in 11..20 {
        change(version).await;
        warm(&here, master, 1).await;
    }
    assert!(!those_who_are_told(master).is_empty());
}
