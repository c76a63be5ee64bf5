//! How long after an invalidation on one node another node still has the value in its process.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cache_benches::run::{builder, near};
use cache_benches::{Goal, Profiles, Table, Unit, by_hand, quantile};
use cache_tests::RedisServer;
use tokio::runtime::{Builder, Runtime};

const TIMES: u64 = 1000;
/// What the busy node reads beside: so many keys, so many reads a second.
const OTHERS: i64 = 1000;
const READS: u64 = 100_000;

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Nanoseconds from before each invalidation until a read by the other node finds nothing in its process.
fn seen(url: &str, reads_a_second: u64) -> Vec<f64> {
    let asked = Arc::new(AtomicU64::new(0));
    let done = Arc::new(AtomicBool::new(false));
    let (send, sent) = std::sync::mpsc::channel::<Instant>();
    let (told, tell) = tokio::sync::mpsc::unbounded_channel::<()>();
    let other = {
        let url = url.to_owned();
        let mut tell = tell;
        std::thread::spawn(move || {
            one_thread().block_on(async move {
                let node = Profiles::new(builder(&url).build().await.expect("a cache"));
                while tell.recv().await.is_some() {
                    let began = Instant::now();
                    node.profile_entry(1).invalidate().await.expect("invalidated");
                    if send.send(began).is_err() {
                        return;
                    }
                }
            });
        })
    };
    let figures = one_thread().block_on(async {
        let node = Arc::new(Profiles::new(near(url, 64).await));
        let entry = node.profile_entry(1);
        let reading = tokio::spawn(read_beside(Arc::clone(&node), reads_a_second, Arc::clone(&done), asked));
        let mut figures = Vec::new();
        for _ in 0..TIMES {
            // Until it is in the process.
            loop {
                let before = entry.counts().near_hits;
                node.profile(1).await;
                if entry.counts().near_hits > before && is_near(&node).await {
                    break;
                }
            }
            // Whoever has just computed for long is interrupted by the machine's scheduler: that is not what is measured.
            tokio::time::sleep(Duration::from_millis(1)).await;
            told.send(()).expect("the other node");
            let gone = loop {
                if !is_near(&node).await {
                    break Instant::now();
                }
                tokio::task::yield_now().await;
            };
            let began = loop {
                match sent.try_recv() {
                    Ok(began) => break began,
                    Err(_) => tokio::task::yield_now().await,
                }
            };
            figures.push(gone.saturating_duration_since(began).as_nanos() as f64);
        }
        done.store(true, Ordering::SeqCst);
        reading.await.expect("the reads");
        drop(told);
        figures
    });
    other.join().expect("the other node");
    figures
}

/// Whether a read right now finds it in the process: then it is ready at once.
async fn is_near(node: &Profiles) -> bool {
    let mut read = std::pin::pin!(node.profile(1));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    read.as_mut().poll(&mut context).is_ready()
}

async fn read_beside(node: Arc<Profiles>, a_second: u64, done: Arc<AtomicBool>, made: Arc<AtomicU64>) {
    let started = Instant::now();
    while a_second > 0 && !done.load(Ordering::SeqCst) {
        let due = started.elapsed().as_micros() as u64 * a_second / 1_000_000;
        // In small portions: what comes in between has to wait for one of them at the most.
        for _ in made.load(Ordering::Relaxed)..due.min(made.load(Ordering::Relaxed) + 50) {
            let id = 2 + (made.fetch_add(1, Ordering::Relaxed) as i64 % OTHERS);
            black_box(node.profile(id).await);
        }
        tokio::task::yield_now().await;
    }
}

/// Nanoseconds of round trips by hand, idle.
fn round_trips(url: &str) -> Vec<f64> {
    one_thread().block_on(async {
        let mut connection = by_hand::connection(url).await;
        let mut figures = Vec::new();
        for _ in 0..2000 {
            let started = Instant::now();
            redis::cmd("PING").exec_async(&mut connection).await.expect("PING");
            figures.push(started.elapsed().as_nanos() as f64);
        }
        figures
    })
}

pub(crate) fn run(table: &mut Table) {
    let server = RedisServer::start();
    let mut trips = round_trips(&server.url());
    let mut idle = seen(&server.url(), 0);
    trips.extend(round_trips(&server.url()));
    let (trip, slow_trip) = (quantile(&mut trips, 0.5), quantile(&mut trips, 0.99));
    let mut busy = seen(&server.url(), READS);
    table.section("An invalidation on node A, until node B's near cache has lost the value");
    let (half, most) = (quantile(&mut idle, 0.5), quantile(&mut idle, 0.99));
    table.compare(
        "idle, p50",
        Unit::Nanoseconds,
        half,
        "a round trip (`PING`)",
        trip,
        half / trip,
        Goal::Shown,
    );
    table.compare(
        "idle, p99",
        Unit::Nanoseconds,
        most,
        "a round trip (`PING`)",
        trip,
        most / trip,
        Goal::AtMost(3.0),
    );
    let limit = Duration::from_millis(2).as_nanos() as f64;
    table.figure("100,000 reads/s, p50", Unit::Nanoseconds, quantile(&mut busy, 0.5), Goal::Shown);
    table.figure("100,000 reads/s, p99", Unit::Nanoseconds, quantile(&mut busy, 0.99), Goal::AtMost(limit));
    table.note(&format!(
        "From before A sends it. The reads are B's own, of 1,000 keys that are in its process. The p99 of a round trip by itself is \
         {:.0} µs here.",
        slow_trip / 1000.0
    ));
}
