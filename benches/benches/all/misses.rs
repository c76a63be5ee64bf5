//! Ten thousand tasks that want what is not there: one of them loads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cache_benches::run::{builder, runtime};
use cache_benches::{Contest, Goal, Table};
use cache_runtime::prelude::*;
use cache_tests::RedisServer;
use tokio::sync::watch;

const TASKS: usize = 10_000;
/// Long enough for all tasks to come before its end.
const LOAD: Duration = Duration::from_millis(100);
/// One turn may take three times what the next one does: which thread runs when decides more than all else.
const TURNS: usize = 161;

#[cache_strategy(namespace = "misses", ttl = "1h")]
struct Slow {
    cache: Cache,
    #[skip]
    loads: Arc<AtomicU64>,
}

#[cache_strategy]
impl Slow {
    #[cached(key = "slow/<id>")]
    async fn slow(&self, id: u64) -> Arc<u64> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(LOAD).await;
        Arc::new(id)
    }
}

/// Nanoseconds until all are served, less the load.
async fn all<F: Future<Output = ()> + Send + 'static>(start: impl Fn() -> F) -> f64 {
    let started = Instant::now();
    let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(start())).collect();
    for task in tasks {
        task.await.expect("a task");
    }
    started.elapsed().saturating_sub(LOAD).as_nanos() as f64
}

pub(crate) fn run(table: &mut Table) {
    let server = RedisServer::start();
    let runtime = runtime(2);
    let cache = runtime.block_on(async { builder(&server.url()).build().await.expect("a cache") });
    let slow = Arc::new(Slow { cache, loads: Arc::default() });
    let mut rounds = 0;
    let ours = || {
        rounds += 1;
        let round = rounds;
        let (loads, shared) = (slow.loads.load(Ordering::SeqCst), slow.slow_entry(0).counts().shared);
        let took = runtime.block_on(all(|| {
            let slow = Arc::clone(&slow);
            async move {
                assert_eq!(*slow.slow(round).await, round);
            }
        }));
        assert_eq!(slow.loads.load(Ordering::SeqCst), loads + 1, "one load for all");
        let shared = slow.slow_entry(0).counts().shared - shared;
        assert_eq!(shared, TASKS as u64 - 1, "all others came before its end");
        took
    };
    let bare = || {
        let (tell, told) = watch::channel(0);
        runtime.block_on(async {
            let leader = tokio::spawn(async move {
                tokio::time::sleep(LOAD).await;
                tell.send(1).expect("somebody waits");
                tell
            });
            let took = all(|| {
                let mut told = told.clone();
                async move {
                    told.wait_for(|value| *value == 1).await.expect("a value");
                }
            });
            let took = took.await;
            drop(leader.await);
            took
        })
    };
    let turns = Contest::default().with("", ours).with("a bare `watch`", bare).run_counting_half(TURNS);
    table.section("10,000 concurrent misses of one key: what waking them takes beside the load");
    table.turns("all are served", &turns, &[("a bare `watch`", Goal::AtMost(1.5))]);
    table.note(
        "Each turn is checked to have run one load, which all others waited for. How long one takes is decided by which thread runs when more than by all else: here a \
         half of the turns counts.",
    );
}
