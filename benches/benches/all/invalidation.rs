//! How long after an invalidation on one node another node still has the value in its process.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cache_benches::run::{builder, near, runtime};
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

/// How long the one who watches sleeps between two looks: somebody who looks all the time is a busy thread, which on few
/// processors keeps the others from theirs, and those that wait from being woken.
const PAUSE: Duration = Duration::from_micros(5);

/// Node A, in a thread of its own: at each word it invalidates, and says when it began.
fn node_a(
    url: &str,
    mut tell: tokio::sync::mpsc::UnboundedReceiver<()>,
    began: std::sync::mpsc::Sender<Instant>,
) -> JoinHandle<()> {
    let url = url.to_owned();
    std::thread::spawn(move || {
        one_thread().block_on(async move {
            let node = Profiles::new(builder(&url).build().await.expect("a cache"));
            while tell.recv().await.is_some() {
                let now = Instant::now();
                node.profile_entry(1).invalidate().await.expect("invalidated");
                if began.send(now).is_err() {
                    return;
                }
            }
        });
    })
}

/// Nanoseconds from before each invalidation until a read by the other node finds nothing in its process.
fn seen(url: &str, reads_a_second: u64) -> Vec<f64> {
    let (told, tell) = tokio::sync::mpsc::unbounded_channel();
    let (send, began) = std::sync::mpsc::channel();
    let a = node_a(url, tell, send);
    let runtime = runtime(1);
    let node = Arc::new(Profiles::new(runtime.block_on(near(url, 64))));
    let (entry, done) = (node.profile_entry(1), Arc::new(AtomicBool::new(false)));
    let reading = runtime.spawn(read_beside(Arc::clone(&node), reads_a_second, Arc::clone(&done)));
    let mut figures = Vec::new();
    for _ in 0..TIMES {
        // Until it is in the process.
        loop {
            let before = entry.counts().near_hits;
            runtime.block_on(node.profile(1));
            if entry.counts().near_hits > before && is_near(&node) {
                break;
            }
        }
        // Whoever has just computed for long is interrupted by the machine's scheduler: that is not what is measured.
        std::thread::sleep(Duration::from_millis(1));
        told.send(()).expect("node A");
        let gone = loop {
            if !is_near(&node) {
                break Instant::now();
            }
            std::thread::sleep(PAUSE);
        };
        let began = began.recv().expect("node A");
        figures.push(gone.saturating_duration_since(began).as_nanos() as f64);
    }
    done.store(true, Ordering::SeqCst);
    runtime.block_on(reading).expect("the reads");
    drop(told);
    a.join().expect("node A");
    figures
}

/// Whether a read right now finds it in the process: then it is ready at once.
fn is_near(node: &Profiles) -> bool {
    let mut read = std::pin::pin!(node.profile(1));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    read.as_mut().poll(&mut context).is_ready()
}

/// Node B's own reads, in its runtime, in small portions: what comes in between has to wait for one of them at the most.
async fn read_beside(node: Arc<Profiles>, a_second: u64, done: Arc<AtomicBool>) {
    let (started, mut made) = (Instant::now(), 0);
    while a_second > 0 && !done.load(Ordering::SeqCst) {
        let due = started.elapsed().as_micros() as u64 * a_second / 1_000_000;
        let portion = made..due.min(made + 50);
        made = portion.end.max(made);
        for read in portion {
            black_box(node.profile(2 + read as i64 % OTHERS).await);
        }
        tokio::task::yield_now().await;
    }
}

/// Nanoseconds of round trips by hand, idle as an invalidation finds everybody: what slept has to be woken.
fn round_trips(url: &str) -> Vec<f64> {
    one_thread().block_on(async {
        let mut connection = by_hand::connection(url).await;
        let mut figures = Vec::new();
        for _ in 0..TIMES {
            tokio::time::sleep(Duration::from_millis(1)).await;
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
    table.compare(
        "idle, p99",
        Unit::Nanoseconds,
        most,
        "the p99 of round trips",
        slow_trip,
        most / slow_trip,
        Goal::Shown,
    );
    let limit = Duration::from_millis(2).as_nanos() as f64;
    table.figure("100,000 reads/s, p50", Unit::Nanoseconds, quantile(&mut busy, 0.5), Goal::Shown);
    table.figure("100,000 reads/s, p99", Unit::Nanoseconds, quantile(&mut busy, 0.99), Goal::AtMost(limit));
    table.note(
        "From before A sends it. Each has slept for a millisecond before, and so has who makes a round trip. The reads are B's own, of \
         1,000 keys that are in its process. Who watches looks every 60 µs or so: a thread that looked all the time would keep the \
         others from one of two processors.",
    );
}
