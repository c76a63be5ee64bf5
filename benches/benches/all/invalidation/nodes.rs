//! The node that invalidates, and the one that is watched.

use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::task::{Context, Waker};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use cache_benches::run::{builder, near, one_thread, runtime};
use cache_benches::{Profile, Profiles};
use cache_runtime::prelude::*;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// How long the one who watches sleeps between two looks: somebody who looks all the time is a busy thread, which on few
/// processors keeps the others from theirs, and those that wait from being woken.
const PAUSE: Duration = Duration::from_micros(5);

/// What node B reads beside: so many keys.
const OTHERS: i64 = 1000;

/// What is watched has counts of its own, whatever else is read.
#[cache_strategy(namespace = "benchmark", ttl = "1h", kind = "cache_aside")]
struct Watched {
    cache: Cache,
}

#[cache_strategy]
impl Watched {
    #[cached(key = "watched")]
    async fn profile(&self) -> Arc<Profile> {
        Arc::new(Profile::of(1))
    }
}

/// Invalidates, in a thread of its own.
pub(super) struct NodeA {
    told: UnboundedSender<()>,
    began: mpsc::Receiver<Instant>,
    thread: JoinHandle<()>,
}

impl NodeA {
    pub(super) fn start(url: &str) -> NodeA {
        let ((told, mut tell), (begins, began)) = (unbounded_channel(), mpsc::channel());
        let url = url.to_owned();
        let thread = thread::spawn(move || {
            one_thread().block_on(async move {
                let node = Watched { cache: builder(&url).build().await.expect("a cache") };
                while tell.recv().await.is_some() {
                    let now = Instant::now();
                    node.profile_entry().invalidate().await.expect("invalidated");
                    begins.send(now).expect("who has told");
                }
            });
        });
        NodeA { told, began, thread }
    }

    /// Begins an invalidation.
    pub(super) fn invalidate(&self) {
        self.told.send(()).expect("node A");
    }

    /// When it began. Waits until it is done.
    pub(super) fn began(&self) -> Instant {
        self.began.recv().expect("node A")
    }

    pub(super) fn stop(self) {
        drop(self.told);
        self.thread.join().expect("node A");
    }
}

/// Has the value in its process, and is watched from the thread that calls.
pub(super) struct NodeB {
    runtime: Runtime,
    watched: Watched,
    done: Arc<AtomicBool>,
    reading: tokio::task::JoinHandle<()>,
}

impl NodeB {
    /// Reads other keys beside, so many times a second.
    pub(super) fn start(url: &str, reads_a_second: u64) -> NodeB {
        let (runtime, done) = (runtime(1), Arc::new(AtomicBool::new(false)));
        let cache = runtime.block_on(near(url, 64));
        let (others, watched) = (Profiles::new(cache.clone()), Watched { cache });
        let reading = runtime.spawn(read_beside(others, reads_a_second, Arc::clone(&done)));
        NodeB { runtime, watched, done, reading }
    }

    /// Reads until it is in the process.
    pub(super) fn warm(&self) {
        while !self.has_it() {
            self.runtime.block_on(self.watched.profile());
        }
    }

    /// When it was gone.
    pub(super) fn gone(&self) -> Instant {
        while self.has_it() {
            sleep(PAUSE);
        }
        Instant::now()
    }

    /// Whether a read right now finds it in the process. Such a read is ready at once; but so may another be, whose server
    /// answers while this thread is kept from its processor.
    fn has_it(&self) -> bool {
        let hits = || self.watched.profile_entry().counts().near_hits;
        let before = hits();
        let _ = pin!(self.watched.profile()).poll(&mut Context::from_waker(Waker::noop()));
        hits() > before
    }

    pub(super) fn stop(self) {
        self.done.store(true, Ordering::SeqCst);
        self.runtime.block_on(self.reading).expect("the reads");
    }
}

/// In small portions: what comes in between has to wait for one of them at the most.
async fn read_beside(others: Profiles, a_second: u64, done: Arc<AtomicBool>) {
    let (started, mut made) = (Instant::now(), 0);
    while a_second > 0 && !done.load(Ordering::SeqCst) {
        let due = started.elapsed().as_micros() as u64 * a_second / 1_000_000;
        let portion = made..due.min(made + 50);
        made = portion.end.max(made);
        for read in portion {
            black_box(others.profile(read as i64 % OTHERS).await);
        }
        tokio::task::yield_now().await;
    }
}
