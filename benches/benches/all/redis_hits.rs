//! A hit on the server, without a near cache, with few and with many under way.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use cache_benches::run::{builder, in_flight, runtime};
use cache_benches::{Contest, Goal, Profiles, Table, USER, by_hand};
use cache_tests::RedisServer;
use hitbox::policy::PolicyConfig;
use hitbox_redis::{ConnectionMode, RedisBackend};

use crate::rivals::{amalgam_cache, cached_macros, hitbox_macros};

/// So many under way, so many in a turn, so many turns, and the goal. The nearer it is, the more of them it takes to tell.
const ROWS: [(u64, u64, usize, f64); 3] =
    [(1, 1000, 301, 1.05), (64, 10_000, 15, 0.8), (512, 10_000, 15, 0.5)];

/// One turn of a call on what is shared by reference count.
macro_rules! turn {
    ($runtime:expr, $row:expr, $shared:expr, |$name:ident| $call:expr) => {
        || {
            let shared = Arc::clone(&$shared);
            $runtime.block_on(in_flight($row.0, $row.1, move || {
                let $name = Arc::clone(&shared);
                async move {
                    black_box($call);
                }
            }))
        }
    };
}

pub(crate) fn run(table: &mut Table) {
    let server = RedisServer::start();
    let url = server.url();
    let runtime = runtime(1);
    drop(cached_macros::URL.set(url.clone()));
    let hitbox = RedisBackend::builder().connection(ConnectionMode::single(url.as_str()));
    let hitbox =
        hitbox.value_format(hitbox_backend::format::JsonFormat).build().expect("hitbox's connection");
    let (ours, bare, bounded, amalgam) = runtime.block_on(async {
        let ours = Arc::new(Profiles::new(builder(&url).build().await.expect("a cache")));
        ours.profile(USER).await;
        let mut bare = by_hand::connection(&url).await;
        by_hand::set(&mut bare, USER).await;
        let bounded = by_hand::connection_with_timeout(&url).await;
        (ours, Arc::new(bare), Arc::new(bounded), Arc::new(amalgam_cache::on_redis(&url).await))
    });
    let hitbox = hitbox_fn::Cache::builder()
        .backend(hitbox)
        .policy(PolicyConfig::builder().ttl(Duration::from_secs(3600)).build())
        .build();
    let hitbox = Arc::new(hitbox);
    let key: &'static str = by_hand::key(USER).leak();

    table.section("A hit on Redis, against `GET` and decode by hand, and the other crates");
    for row in ROWS {
        let turns = Contest::default()
            .with("", turn!(runtime, row, ours, |ours| ours.profile(USER).await))
            .with("by hand", turn!(runtime, row, bare, |bare| by_hand::get((*bare).clone(), key).await))
            .with(
                "by hand, with the client's timeout",
                turn!(runtime, row, bounded, |bare| by_hand::get((*bare).clone(), key).await),
            )
            .with(
                "`cached`, `#[concurrent_cached]` on Redis",
                turn!(runtime, row, ours, |_ours| cached_macros::on_redis(USER).await.expect("a profile")),
            )
            .with(
                "`hitbox` over Redis, JSON",
                turn!(runtime, row, hitbox, |hitbox| hitbox_macros::profile(USER).cache(&*hitbox).await),
            )
            .with(
                "`amalgam-cache`, past its memory",
                turn!(runtime, row, amalgam, |amalgam| amalgam_cache::get_far(&amalgam, key, USER).await),
            )
            .run(row.2);
        table.turns(&format!("{} in flight", row.0), &turns, &[("by hand", Goal::AtMost(row.3))]);
    }
}
