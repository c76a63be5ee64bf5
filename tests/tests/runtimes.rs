//! Callers in other runtimes than the cache's, in runtimes that end, and in none.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    reason = "a test that fails has to fail"
)]

#[path = "conformance/source.rs"]
mod source;

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_runtime::{CacheBuilder, LoadTimeout};
use cache_tests::{RedisCluster, RedisServer, eventually, wait_until};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::yield_now;

use source::{Missing, Source};

#[cache_strategy(namespace = "runtimes", ttl = "1h", kind = "cache_aside")]
#[derive(Clone)]
struct Numbers {
    cache: Cache,
    #[skip]
    source: Source,
}

#[cache_strategy]
impl Numbers {
    /// Takes one turn more when it has its value.
    #[cached(key = "number/<id>")]
    async fn number(&self, id: i64) -> Result<u64, Missing> {
        let value = self.source.load(id).await;
        yield_now().await;
        value
    }

    #[cached(key = "many/<ids>", batch)]
    async fn many(&self, ids: &[i64]) -> Result<HashMap<i64, u64>, Missing> {
        let value = self.source.load(1).await?;
        yield_now().await;
        Ok(ids.iter().map(|id| (*id, value)).collect())
    }

    #[cached(key = "task/<id>", detached)]
    async fn in_a_task(&self, id: i64) -> Result<u64, Missing> {
        self.source.load(id).await
    }

    #[cached(key = "bounded/<id>", load_timeout = "20ms", timeout_error = timed_out)]
    async fn bounded(&self, id: i64) -> Result<u64, Missing> {
        self.source.load(id).await
    }

    #[cached(key = "row/<table>/<id>")]
    async fn row(&self, table: i64, id: i64) -> Result<u64, Missing> {
        self.source.load(table + id).await
    }

    #[cache_invalidate(self.row(table, *))]
    async fn change(&self, table: i64) -> Result<u64, Missing> {
        self.source.load(table).await
    }
}

fn timed_out(_: LoadTimeout) -> Missing {
    Missing(-1)
}

/// Driven by nobody but who blocks on it.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// With a cache that lives in a runtime.
fn numbers(cache: CacheBuilder, runtime: &Runtime) -> Numbers {
    over(runtime.block_on(cache.require_connection().build()).unwrap())
}

fn over(cache: Cache) -> Numbers {
    let source = Source::new();
    (0..10).for_each(|id| source.put(id, 1));
    Numbers { cache, source }
}

/// Runs it in a thread of its own: nobody waits here for what never comes to an end.
fn comes_back<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(run()));
    told.recv_timeout(Duration::from_secs(30)).expect("it hangs or panics")
}

/// An executor that is not Tokio.
fn elsewhere<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let (mut future, waker) = (pin!(future), Arc::new(Unpark(thread::current())).into());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        thread::park();
    }
}

/// Nobody drives the runtime of the cache, so that there is no answer; whoever waits for one waits for its deadline.
// Bites: fails without `clock::own()` in Home::here (store/redis/home.rs), with `runtime.clone()` alone.
#[test]
fn a_deadline_ends_wherever_the_caller_is() {
    let (server, still) = (RedisServer::start(), runtime());
    let numbers = numbers(Cache::builder().url(server.url()), &still);
    let [one, two, three, four] = [(); 4].map(|()| numbers.clone());
    assert_eq!(comes_back(move || runtime().block_on(one.number(1))), Ok(1), "in another runtime");
    let timerless = || Builder::new_current_thread().build().unwrap();
    assert_eq!(comes_back(move || timerless().block_on(two.number(2))), Ok(1), "in one without timers");
    let handle = still.handle().clone();
    assert_eq!(comes_back(move || handle.block_on(three.number(3))), Ok(1), "in the one that stands still");
    assert_eq!(comes_back(move || elsewhere(four.number(4))), Ok(1), "in none");
}

/// An executor that has ended, and with it the queue that its wakers put tasks into.
struct Ended(AtomicBool);

impl Wake for Ended {
    fn wake(self: Arc<Self>) {
        assert!(!self.0.load(Ordering::SeqCst), "there is no executor");
    }
}

/// Its time ends when there is nobody any more to be told, and whoever is to be told panics.
// Bites: fails without `guard` in Timer::poll (clock.rs), with `sleep.poll(context)` alone.
#[test]
fn a_waker_that_panics_does_not_take_the_clock_along() {
    let (server, still) = (RedisServer::start(), runtime());
    let numbers = numbers(Cache::builder().url(server.url()), &still);
    let ended = Arc::new(Ended(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&ended));
    // Never dropped: its timer holds the waker, as it would hold a task that holds the timer.
    let pending = Box::leak(Box::new(Box::pin(Box::leak(Box::new(numbers.clone())).number(1))));
    for _ in 0..3 {
        assert!(pending.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    ended.0.store(true, Ordering::SeqCst);
    // Begun later, it ends later.
    assert_eq!(comes_back(move || elsewhere(numbers.number(2))), Ok(1));
}

/// Of those who wait for one load, one can't be told.
// Bites: fails with `waker.wake()` in Line::dissolve (load/line.rs).
#[test]
fn nor_those_who_wait_with_it() {
    let numbers = over(Cache::memory());
    numbers.source.hold();
    let ended = Arc::new(Ended(AtomicBool::new(false)));
    let (quiet, waker) = (Waker::noop(), Waker::from(Arc::clone(&ended)));
    let [mut leader, mut untold, mut told] = [(); 3].map(|()| Box::pin(numbers.number(1)));
    assert!(leader.as_mut().poll(&mut Context::from_waker(quiet)).is_pending());
    assert!(untold.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    let hears = Arc::new(Hears(AtomicBool::new(false)));
    let hearing = Waker::from(Arc::clone(&hears));
    assert!(told.as_mut().poll(&mut Context::from_waker(&hearing)).is_pending());
    ended.0.store(true, Ordering::SeqCst);
    numbers.source.release();
    assert_eq!(elsewhere(leader), Ok(1));
    assert!(hears.0.load(Ordering::SeqCst));
    assert_eq!(elsewhere(told), Ok(1));
    assert_eq!(elsewhere(untold), Ok(1));
}

struct Hears(AtomicBool);

impl Wake for Hears {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// The runtime of the cache ends in the middle of a load.
// Bites: fails without `clock()` in load_under (load/lead.rs) and in Batch::run (load/batch/run.rs), with `runtime()` instead.
#[test]
fn a_load_outlives_the_runtime_of_the_cache() {
    let server = RedisServer::start();
    for batch in [false, true] {
        let (url, (end, is_over)) = (server.url(), oneshot::channel::<()>());
        let (give, given) = mpsc::channel();
        let home = thread::spawn(move || {
            let runtime = runtime();
            give.send(numbers(Cache::builder().url(url), &runtime)).unwrap();
            let _ = runtime.block_on(is_over);
        });
        let numbers = given.recv().unwrap();
        let load = async || match batch {
            true => numbers.many(&[1]).await.map(|many| many[&1]),
            false => numbers.number(1).await,
        };
        runtime().block_on(async {
            numbers.source.hold();
            let mut loading = pin!(load());
            tokio::select! {
                _ = &mut loading => panic!("it is held"),
                () = numbers.source.has_begun(1) => {}
            }
            // With the thread its runtime has gone, with all timers that were to go off there.
            drop(end);
            home.join().unwrap();
            numbers.source.release();
            assert_eq!(loading.await, Ok(1));
            assert_eq!(load().await, Ok(1), "and so does the next one");
        });
        assert_eq!(numbers.source.loads(), 2, "nothing is stored");
    }
}

fn patient(cluster: &RedisCluster) -> CacheBuilder {
    Cache::builder()
        .url(cluster.url())
        .connect_timeout(Duration::from_secs(30))
        .deadline(Duration::from_secs(2))
}

/// A scan of a cluster asks its nodes who is there now.
// Bites: fails without `home.make(…)` in Shared::topology (store/redis/cluster/scan.rs), with `shared.refresh()` alone: it panics, and
// so does the drop.
#[test]
fn a_pattern_on_a_cluster_is_invalidated_outside_of_tokio() {
    let cluster = RedisCluster::start();
    let home = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let numbers = numbers(patient(&cluster), &home);
    let kept = || elsewhere(numbers.row_entry(1, 2).get());
    let fill = || {
        assert_eq!(elsewhere(numbers.row(1, 2)), Ok(1));
        assert_eq!(kept(), Some(1));
    };
    fill();
    assert_eq!(elsewhere(numbers.change(1)), Ok(1));
    assert_eq!(kept(), None);
    fill();
    numbers.source.hold();
    let mut changing = Box::pin(numbers.change(1));
    assert!(changing.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(changing);
    wait_until("it is invalidated in the background", || kept().is_none());
}

/// A replica has become a primary, and the first to learn of it is a caller in a runtime of its own.
// Bites: fails without `home.make(…)` in Shared::topology (store/redis/cluster/scan.rs) and with `tokio::spawn` in Supervisor::run
// (store/redis/supervisor/mod.rs), as it was: the map has a node then that nobody connects to any more.
#[test]
fn a_node_outlives_the_runtime_of_who_has_found_it() {
    let mut cluster = RedisCluster::quick_to_fail_over();
    let (home, other) = (runtime(), runtime());
    let numbers = numbers(patient(&cluster), &home);
    let entry = numbers.number_entry(1);
    assert_eq!(home.block_on(numbers.number(1)), Ok(1));
    let primary = cluster.index_of(entry.key().as_str());
    cluster.nodes[primary].kill();
    cluster.is_well();
    // Nobody drives the runtime of the cache, so that it can't be first. There is no answer to a scan then.
    assert!(other.block_on(numbers.row_pattern(1, Any).invalidate()).is_err());
    drop(other);
    let is_kept = async || numbers.number(1).await == Ok(1) && entry.get().await == Some(1);
    home.block_on(eventually(is_kept));
}

/// A thread may be in a function while its runtime ends, as `main` returns: one of `spawn_blocking`, for which that end waits.
// Bites: fails without `self.work.poll(…)` in Running::poll (load/running.rs), waiting for ever instead.
#[test]
fn a_load_in_a_task_goes_on_where_somebody_waits_when_its_runtime_ends() {
    let numbers = over(Cache::memory());
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (handle, here) = (runtime.handle().clone(), numbers.clone());
    numbers.source.hold();
    let loading = runtime.spawn_blocking({
        let handle = handle.clone();
        move || handle.block_on(here.in_a_task(1))
    });
    runtime.block_on(numbers.source.has_begun(1));
    runtime.shutdown_background();
    // It takes no task any more, and drops those that it has.
    wait_until("the runtime has ended", || handle.spawn(std::future::pending::<()>()).is_finished());
    numbers.source.release();
    assert_eq!(comes_back(move || elsewhere(loading)).unwrap(), Ok(1));
    assert_eq!(numbers.source.loads(), 1, "it has gone on, and not begun again");
    assert_eq!(elsewhere(numbers.in_a_task_entry(1).get()), Some(1));
    // Nor does it matter when no task can begin any more.
    let (here, there) = (numbers.clone(), handle.clone());
    assert_eq!(comes_back(move || there.block_on(here.in_a_task(2))), Ok(1));
}

/// The bound of a load outlives the runtime whose clock it goes by.
// Bites: fails without `own()` in Alarm::poll (clock.rs), with `Alarm::Never`.
#[test]
fn a_load_is_bounded_in_a_runtime_that_has_ended() {
    let numbers = over(Cache::memory());
    let handle = runtime().handle().clone();
    numbers.source.hold();
    assert_eq!(comes_back(move || handle.block_on(numbers.bounded(1))), Err(Missing(-1)));
}
