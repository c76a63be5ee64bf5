//! Functions that are not async: memoised in the process, one load a key among all threads.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that fails has to fail")]

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use cache_runtime::prelude::*;
use cache_tests::{Counter, RedisServer, wait_until};

/// A source that answers when it is told to.
#[derive(Clone)]
struct Gate {
    loads: Counter,
    open: Arc<Mutex<Receiver<bool>>>,
}

impl Gate {
    fn new() -> (Gate, Sender<bool>) {
        let (sender, receiver) = channel();
        (Gate { loads: Counter::new(), open: Arc::new(Mutex::new(receiver)) }, sender)
    }

    /// How many loads there were; a panic where it is told `false`.
    fn load(&self) -> u64 {
        let count = self.loads.next();
        assert!(self.open.lock().unwrap().recv().expect("a word"), "told to");
        count
    }
}

#[test]
fn the_companions_work_without_a_runtime() {
    #[cached(namespace = "sync_words", key = "text/<text>", ttl = "1h", none_ttl = "1h", skip(loads))]
    fn words(loads: &Counter, text: &str) -> Result<Option<usize>, String> {
        loads.next();
        match text {
            "wrong" => Err("wrong".into()),
            text => Ok(Some(text.split(' ').count()).filter(|count| *count > 1)),
        }
    }
    let loads = Counter::new();
    for _ in 0..2 {
        assert_eq!(words(&loads, "a b"), Ok(Some(2)));
        assert_eq!(words(&loads, "a"), Ok(None));
    }
    assert_eq!(loads.count(), 2, "`None` is kept as well");
    assert_eq!((words(&loads, "wrong"), words(&loads, "wrong")), (Err("wrong".into()), Err("wrong".into())));
    assert_eq!(loads.count(), 4, "an error is not");
    let entry: cache_runtime::SyncEntry<usize> = words_entry("a b");
    assert_eq!((entry.key().as_str(), entry.get()), ("sync_words:v1:text:a%20b", Some(2)));
    entry.set(&5).unwrap();
    assert_eq!(words(&loads, "a b"), Ok(Some(5)));
    entry.invalidate().unwrap();
    assert_eq!(entry.get(), None);
    assert_eq!(words_uncached(&loads, "a b"), Ok(Some(2)));
    assert_eq!(words(&loads, "a b"), Ok(Some(2)));
    assert_eq!(words_pattern(Any).invalidate(), Ok(2));
    assert_eq!(entry.get(), None);
}

// Bites: fails where memo (sync/load.rs) runs the body in place of `load(…)`.
#[test]
fn threads_share_a_load_and_other_keys_wait_for_nothing() {
    #[cached(namespace = "sync_shared", key = "<id>", ttl = "1h", skip(gate))]
    fn value(gate: &Gate, id: u32) -> u64 {
        if id == 1 { gate.load() } else { 0 }
    }
    let (gate, open) = Gate::new();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            thread::spawn({
                let gate = gate.clone();
                move || value(&gate, 1)
            })
        })
        .collect();
    wait_until("seven of them wait", || value_entry(1).counts().waits == 7);
    assert_eq!(value(&gate, 2), 0, "another key, meanwhile");
    open.send(true).unwrap();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap() == 1));
    assert_eq!(gate.loads.count(), 1);
}

#[test]
fn a_panic_releases_those_who_wait_and_one_of_them_loads() {
    #[cached(namespace = "sync_panic", key = "<_id>", ttl = "1h", skip(gate))]
    fn value(gate: &Gate, _id: u32) -> u64 {
        gate.load()
    }
    let (gate, open) = Gate::new();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            thread::spawn({
                let gate = gate.clone();
                move || value(&gate, 1)
            })
        })
        .collect();
    wait_until("three of them wait", || value_entry(1).counts().waits == 3);
    open.send(false).unwrap();
    open.send(true).unwrap();
    let (gone, served): (Vec<_>, Vec<_>) =
        threads.into_iter().map(thread::JoinHandle::join).partition(Result::is_err);
    assert_eq!((gone.len(), gate.loads.count()), (1, 2));
    assert!(served.into_iter().all(|value| value.unwrap() == 2));
}

#[test]
fn an_invalidation_revokes_a_load_that_is_under_way() {
    #[cached(namespace = "sync_revoked", key = "<_id>", ttl = "1h", skip(gate))]
    fn value(gate: &Gate, _id: u32) -> u64 {
        gate.load()
    }
    let (gate, open) = Gate::new();
    let loading = thread::spawn({
        let gate = gate.clone();
        move || value(&gate, 1)
    });
    wait_until("it loads", || gate.loads.count() == 1);
    value_entry(1).invalidate().unwrap();
    open.send(true).unwrap();
    assert_eq!(loading.join().unwrap(), 1);
    assert_eq!(value_entry(1).get(), None);
    assert_eq!(value_entry(1).counts().revoked_fills, 1);
}

#[test]
fn a_function_may_call_itself() {
    #[cached(namespace = "sync_fib", key = "<n>", ttl = "1h", skip(loads))]
    fn fib(loads: &Counter, n: u64) -> u64 {
        loads.next();
        if n < 2 { n } else { fib(loads, n - 1) + fib(loads, n - 2) }
    }
    let loads = Counter::new();
    assert_eq!(fib(&loads, 50), 12_586_269_025);
    assert_eq!(loads.count(), 51);

    #[cached(namespace = "sync_sum", key = "<n>", ttl = "1h")]
    fn sum(n: u64) -> u64 {
        if n == 0 { 0 } else { n + sum(n - 1) }
    }
    // On the 2 MiB of a test's thread, in a debug build. Seen to overflow them where the body runs inside of the future.
    assert_eq!(sum(500), 125_250);
}

// Bites: waits for ever without `waits.leads_to(…)` in Waiting::new (sync/waits.rs).
#[test]
fn the_same_key_inside_of_its_own_load_loads_for_itself() {
    #[cached(namespace = "sync_again", key = "<id>", ttl = "1h", skip(depth))]
    fn value(depth: &Counter, id: u32) -> u64 {
        let at = depth.next();
        if at < 3 { value(depth, id) + 1 } else { 0 }
    }
    let depth = Counter::new();
    assert_eq!(value(&depth, 1), 2);
    assert_eq!((value_entry(1).get(), depth.count()), (Some(2), 3));
}

// Bites: waits for ever without `waits.leads_to(…)` in Waiting::new (sync/waits.rs).
#[test]
fn threads_do_not_wait_for_each_other_in_a_circle() {
    #[cached(namespace = "sync_circle", key = "<id>", ttl = "1h", skip(met, loads))]
    fn value(met: &Barrier, loads: &Counter, id: u32) -> u32 {
        if loads.next() <= 3 {
            // Each of the three loads one before it asks for the next one's.
            met.wait();
            value(met, loads, (id + 1) % 3) + 1
        } else {
            0
        }
    }
    let (met, loads) = (Arc::new(Barrier::new(3)), Counter::new());
    let start = |id| {
        let (met, loads) = (Arc::clone(&met), loads.clone());
        thread::spawn(move || value(&met, &loads, id))
    };
    let threads: Vec<_> = (0..3).map(start).collect();
    let mut values: Vec<u32> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    values.sort_unstable();
    assert_eq!((values, loads.count()), (vec![1, 2, 3], 4), "one of them loads twice");
}

#[test]
fn a_time_to_live_ends() {
    #[cached(namespace = "sync_ttl", key = "<_id>", ttl = "20ms", skip(loads))]
    fn value(loads: &Counter, _id: u32) -> u64 {
        loads.next()
    }
    let loads = Counter::new();
    assert_eq!(value(&loads, 1), 1);
    wait_until("its time has ended", || value(&loads, 1) == 2);
}

#[test]
fn the_bytes_are_bounded() {
    #[cache_strategy(namespace = "sync_bounded", ttl = 60)]
    struct Texts {
        cache: Cache,
    }
    #[cache_strategy]
    impl Texts {
        #[cached(key = "<id>")]
        fn text(&self, id: u32) -> Arc<String> {
            Arc::new("a".repeat(1000) + &id.to_string())
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cache = runtime.block_on(Cache::builder().memory_bytes(64 << 10).build()).unwrap();
    let texts = Texts { cache: cache.clone() };
    (0..1000).for_each(|id| assert!(texts.text(id).ends_with(&id.to_string())));
    let store = runtime.block_on(CacheManager::new(&cache).stats()).store;
    assert!(store.bytes.unwrap() <= 64 << 10 && store.evictions.unwrap() > 900, "{store:?}");
    let same = texts.text(999);
    assert!(cfg!(debug_assertions) || Arc::ptr_eq(&same, &texts.text(999)));
    let off = Texts { cache: Cache::disabled() };
    assert_eq!((off.text(1).len(), off.text_entry(1).get()), (1001, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_a_server_nothing_is_sent_there() {
    #[cache_strategy(namespace = "sync_beside", ttl = 60, kind = "write_through")]
    struct Values {
        cache: Cache,
        #[skip]
        loads: Counter,
    }
    #[cache_strategy]
    impl Values {
        #[cached(key = "<id>")]
        fn value(&self, id: u32) -> u64 {
            u64::from(id) + self.loads.next()
        }

        #[cache_invalidate(self.value(id))]
        async fn change(&self, id: u32) {}

        #[cache_invalidate(self.value(*))]
        async fn change_all(&self) {}
    }
    let server = RedisServer::start();
    let cache = Cache::builder().url(server.url()).require_connection().build().await.unwrap();
    let values = Values { cache: cache.clone(), loads: Counter::new() };
    let before = server.commands_processed("get") + server.commands_processed("evalsha");
    assert_eq!((values.value(0), values.value(0)), (1, 1));
    values.change(0).await;
    assert_eq!(values.value(0), 2);
    values.change_all().await;
    assert_eq!(values.value(0), 3);
    assert_eq!(values.value_entry(0).write(|| Ok::<_, String>(9)), Ok(9));
    assert_eq!(values.value(0), 9);
    assert_eq!(server.commands_processed("get") + server.commands_processed("evalsha"), before);
    assert_eq!(CacheManager::new(&cache).clear_namespace("sync_beside").await, Ok(1));
    assert_eq!(values.value(0), 4);
}

/// A task on the only thread of a runtime loads, and needs that thread to go on: who calls from it does not wait for that.
// Bites: waits for ever without `Idle::Nap(NAP)` in memoised (sync/load.rs).
#[tokio::test]
async fn a_load_by_a_task_of_this_very_thread_is_not_waited_for() {
    #[cached(namespace = "sync_task", key = "number/<id>", ttl = "1h")]
    fn number(id: u64) -> u64 {
        id
    }
    let (open, is_open) = tokio::sync::oneshot::channel::<()>();
    let loading = tokio::spawn(async move {
        let entry = number_entry(7);
        let entry = AsRef::<Entry<u64>>::as_ref(&entry);
        entry.get_or_set(|| async { is_open.await.map(|()| 8).map_err(|error| error.to_string()) }).await
    });
    tokio::task::yield_now().await;
    assert_eq!(number(7), 7);
    open.send(()).unwrap();
    assert_eq!(loading.await.unwrap(), Ok(8));
    assert_eq!(number(7), 8);
}
