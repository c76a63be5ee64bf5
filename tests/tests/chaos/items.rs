//! What the tests read and change, and tasks that do so all the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_tests::races::Random;
use cache_tests::{Counter, eventually};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

pub(crate) const IDS: u64 = 200;

/// Held by who measures how long calls take: two of them at a time would measure each other.
pub(crate) static MEASURING: Mutex<()> = Mutex::const_new(());

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) id: u64,
    pub(crate) version: u64,
    text: String,
}

impl Item {
    fn new(id: u64, version: u64) -> Item {
        Item { id, version, text: format!("{id}.{version};").repeat(20) }
    }
}

/// The versions, and those that invalidations have told of.
pub(crate) struct Source {
    versions: Vec<AtomicU64>,
    floors: Vec<AtomicU64>,
    pub(crate) loads: Counter,
}

#[derive(Clone)]
#[cache_strategy(namespace = "chaos", ttl = "1h", kind = "cache_aside")]
pub(crate) struct Items {
    pub(crate) cache: Cache,
    #[skip]
    pub(crate) source: Arc<Source>,
}

#[cache_strategy]
impl Items {
    #[cached(key = "item/<id>")]
    pub(crate) async fn item(&self, id: u64) -> Result<Item, String> {
        self.source.loads.next();
        let version = self.source.versions[id as usize].load(Ordering::SeqCst);
        tokio::task::yield_now().await;
        Ok(Item::new(id, version))
    }
}

impl Items {
    pub(crate) fn new(cache: &Cache) -> Items {
        let zeros = || (0..IDS).map(|_| AtomicU64::new(0)).collect();
        let source = Source { versions: zeros(), floors: zeros(), loads: Counter::new() };
        Items { cache: cache.clone(), source: Arc::new(source) }
    }

    /// The same items by another cache.
    pub(crate) fn by(&self, cache: &Cache) -> Items {
        Items { cache: cache.clone(), source: Arc::clone(&self.source) }
    }

    /// Reads one, and checks it.
    pub(crate) async fn read(&self, id: u64) {
        let floor = self.floor(id);
        let item = self.item(id).await.expect("no error of the cache reaches a caller");
        self.check(&item, id, floor);
    }

    /// The same with a load that takes no time: what it takes then is the cache's.
    pub(crate) async fn read_quickly(&self, id: u64) {
        let floor = self.floor(id);
        let version = self.source.versions[id as usize].load(Ordering::SeqCst);
        let item = self.item_entry(id).fetch(|| async { Ok::<_, ()>(Item::new(id, version)) }).await;
        self.check(&item.expect("no error of the cache reaches a caller"), id, floor);
    }

    pub(crate) fn check(&self, item: &Item, id: u64, floor: u64) {
        assert_eq!(*item, Item::new(id, item.version), "somebody else's, or not what was stored");
        assert!(item.version >= floor, "item {id} read in version {} where {floor} was told", item.version);
    }

    /// Whether nothing is cached that was changed since, as another cache sees it; for when all is done.
    pub(crate) async fn are_right(&self, other: &Cache) -> bool {
        let other = self.by(other);
        for id in 0..IDS {
            let version = self.source.versions[id as usize].load(Ordering::SeqCst);
            if other.item_entry(id).get().await.is_some_and(|item| item != Item::new(id, version)) {
                return false;
            }
        }
        true
    }

    pub(crate) fn floor(&self, id: u64) -> u64 {
        self.source.floors[id as usize].load(Ordering::SeqCst)
    }

    /// Changes one, and invalidates. Also what is only queued is not read here any more.
    pub(crate) async fn change(&self, id: u64) -> Invalidated {
        let version = self.source.versions[id as usize].fetch_add(1, Ordering::SeqCst) + 1;
        let told = self.item_entry(id).invalidate().await.expect("it is applied or queued");
        self.source.floors[id as usize].fetch_max(version, Ordering::SeqCst);
        told
    }
}

pub(crate) use cache_runtime::Invalidated;

/// Tasks that read and change until they are told to stop.
pub(crate) struct Traffic {
    stop: Arc<AtomicBool>,
    calls: Counter,
    tasks: Vec<JoinHandle<()>>,
}

impl Traffic {
    pub(crate) fn start(items: &Items) -> Traffic {
        let (stop, calls) = (Arc::new(AtomicBool::new(false)), Counter::new());
        let task = |number: u64| {
            let (items, stop, calls) = (items.clone(), Arc::clone(&stop), calls.clone());
            tokio::spawn(async move {
                let mut random = Random::new(number);
                while !stop.load(Ordering::SeqCst) {
                    let id = random.below(IDS);
                    match random.below(10) {
                        0 => drop(items.change(id).await),
                        _ => items.read(id).await,
                    }
                    calls.next();
                }
            })
        };
        let tasks = (1..=16).map(task).collect();
        Traffic { stop, calls, tasks }
    }

    /// Waits until so many more calls are done.
    pub(crate) async fn goes_on(&self, calls: u64) {
        let end = self.calls.count() + calls;
        eventually(|| async {
            assert!(self.tasks.iter().all(|task| !task.is_finished()), "a caller has failed, see above");
            self.calls.count() >= end
        })
        .await;
    }

    /// How many calls there were; panics where one did.
    pub(crate) async fn end(self) -> u64 {
        self.stop.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await.expect("a caller");
        }
        self.calls.count()
    }
}

/// Waits until the server is trusted, or is not.
pub(crate) async fn trusted(cache: &Cache, expected: bool) -> Duration {
    let manager = CacheManager::new(cache);
    let manager = &manager;
    eventually(|| async move {
        let health = manager.health_check().await;
        if expected {
            return health.reachable;
        }
        // An answer that is late is not enough: the connection has to be withdrawn.
        health.error.is_some_and(|error| error.to_string().contains("no connection"))
    })
    .await
}
