//! The node that invalidates, and the one that is watched.

use std::hint::black_box;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use cache_benches::run::{builder, near, one_thread};
use cache_benches::{Profile, Profiles};
use cache_runtime::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

/// What node B reads beside: so many keys.
const OTHERS: i64 = 1000;

/// What is watched has counts of its own, whatever else is read.
#[cache_strategy(namespace = "benchmark", ttl = "1h", kind = "cache_aside")]
struct OneProfile {
    cache: Cache,
}

#[cache_strategy]
impl OneProfile {
    #[cached(key = "watched")]
    async fn profile(&self) -> Arc<Profile> {
        Arc::new(Profile::of(1))
    }
}

/// Invalidates, in the thread that measures: one that it had to wake first would be late, and is not what is measured.
pub(super) struct NodeA {
    runtime: Runtime,
    node: OneProfile,
}

impl NodeA {
    pub(super) fn start(url: &str) -> NodeA {
        let runtime = one_thread();
        let cache = runtime.block_on(builder(url).build()).expect("a cache");
        NodeA { runtime, node: OneProfile { cache } }
    }

    /// Invalidates once it has slept for so long. Gives when it began.
    pub(super) fn invalidate(&self, rest: Duration) -> Instant {
        self.runtime.block_on(async {
            sleep(rest).await;
            let started = Instant::now();
            self.node.profile_entry().invalidate().await.expect("invalidated");
            started
        })
    }
}

/// Has the value in its process, and looks for it.
pub(super) struct NodeB {
    runtime: Runtime,
    watch: Arc<Watch>,
    gone: mpsc::Receiver<Instant>,
    done: Arc<AtomicBool>,
    reading: tokio::task::JoinHandle<()>,
}

/// Tells when the value is gone. Its node's thread looks itself, whenever it has done what there was to do: a thread that looked all
/// the time would keep the others from one of two processors, and one that slept in between would be late.
struct Watch {
    node: OnceLock<OneProfile>,
    looks: AtomicBool,
    tells: mpsc::Sender<Instant>,
}

impl Watch {
    fn look(&self) {
        let Some(node) = self.node.get().filter(|_| self.looks.load(Ordering::SeqCst)) else { return };
        let began = Instant::now();
        if !node.has_it() && self.looks.swap(false, Ordering::SeqCst) {
            self.tells.send(began).expect("who has asked");
        }
    }
}

impl OneProfile {
    /// Whether a read right now finds it in the process. Such a read is ready at once; but so may another be, whose server
    /// answers while this thread is kept from its processor.
    fn has_it(&self) -> bool {
        let hits = || self.profile_entry().counts().near_hits;
        let before = hits();
        let _ = pin!(self.profile()).poll(&mut Context::from_waker(Waker::noop()));
        hits() > before
    }
}

impl NodeB {
    /// Reads other keys beside, so many times a second.
    pub(super) fn start(url: &str, reads_a_second: u64) -> NodeB {
        let (tells, gone) = mpsc::channel();
        let watch = Arc::new(Watch { node: OnceLock::new(), looks: AtomicBool::new(false), tells });
        // Weak: the runtime would hold the cache, which holds the runtime.
        let looks = Arc::downgrade(&watch);
        let mut runtime = Builder::new_multi_thread();
        runtime.worker_threads(1).enable_all().on_thread_park(move || {
            if let Some(watch) = looks.upgrade() {
                watch.look();
            }
        });
        let (runtime, done) = (runtime.build().expect("a runtime"), Arc::new(AtomicBool::new(false)));
        let cache = runtime.block_on(near(url, 64));
        let others = Profiles::new(cache.clone());
        watch.node.get_or_init(|| OneProfile { cache });
        let reading = read_beside(others, reads_a_second, Arc::clone(&watch), Arc::clone(&done));
        NodeB { reading: runtime.spawn(reading), runtime, watch, gone, done }
    }

    /// Reads until it is in the process.
    pub(super) fn warm(&self) {
        let node = self.watch.node.get().expect("a node");
        while !node.has_it() {
            self.runtime.block_on(node.profile());
        }
    }

    /// Looks from now on.
    pub(super) fn watch(&self) {
        self.watch.looks.store(true, Ordering::SeqCst);
    }

    /// When it was gone. Waits until it is.
    pub(super) fn gone(&self) -> Instant {
        self.gone.recv().expect("node B")
    }

    pub(super) fn stop(self) {
        self.done.store(true, Ordering::SeqCst);
        self.runtime.block_on(self.reading).expect("the reads");
    }
}

/// In small portions: what comes in between has to wait for one of them at the most.
async fn read_beside(others: Profiles, a_second: u64, watch: Arc<Watch>, done: Arc<AtomicBool>) {
    let (started, mut made) = (Instant::now(), 0);
    while a_second > 0 && !done.load(Ordering::SeqCst) {
        let due = started.elapsed().as_micros() as u64 * a_second / 1_000_000;
        let portion = made..due.min(made + 50);
        made = portion.end.max(made);
        for read in portion {
            black_box(others.profile(read as i64 % OTHERS).await);
        }
        // It never waits.
        watch.look();
        tokio::task::yield_now().await;
    }
}
