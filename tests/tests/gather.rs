//! Reads that are under way at the same time share commands, and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails has to fail")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use cache_runtime::prelude::*;
use cache_tests::{Proxy, RedisCluster, RedisServer};
use tokio::task::JoinHandle;

const DEADLINE: Duration = Duration::from_secs(10);

/// Names of numbers.
#[cache_strategy(namespace = "gather", ttl = 60)]
struct Names {
    cache: Cache,
}

#[cache_strategy]
impl Names {
    #[cached(key = "name/<number>")]
    fn name(&self, number: u64) -> Entry<String>;

    #[cached(key = "loaded/<number>")]
    async fn loaded(&self, number: u64) -> String {
        format!("loaded {number}")
    }
}

async fn names(url: &str) -> Arc<Names> {
    let builder = Cache::builder().url(url).deadline(DEADLINE).require_connection();
    Arc::new(Names { cache: builder.build().await.unwrap() })
}

async fn filled(url: &str, count: u64) -> Arc<Names> {
    let names = names(url).await;
    for number in 0..count {
        names.name(number).set(&format!("number {number}")).await.unwrap();
    }
    names
}

/// All of them at once.
fn read(names: &Arc<Names>, numbers: impl Iterator<Item = u64>) -> Vec<(u64, JoinHandle<Option<String>>)> {
    let spawn = |number| {
        let names = Arc::clone(names);
        (number, tokio::spawn(async move { names.name(number).get().await }))
    };
    numbers.map(spawn).collect()
}

async fn are_their_own(readers: Vec<(u64, JoinHandle<Option<String>>)>) {
    for (number, reader) in readers {
        assert_eq!(reader.await.unwrap(), Some(format!("number {number}")));
    }
}

/// One thread runs all of them, so what is ready at the same time is known: four go ahead, the others fit into two commands.
// Bites: fails without `counted.before < ALONE` in Gather::get (store/redis/gather.rs), where each read goes out on its own.
#[tokio::test]
async fn reads_at_the_same_time_share_commands_and_each_has_its_own_answer() {
    let server = RedisServer::start();
    let names = filled(&server.url(), 200).await;
    let before = (server.commands_processed("get"), server.commands_processed("mget"));
    are_their_own(read(&names, 0..200)).await;
    assert_eq!(server.commands_processed("get") - before.0, 4);
    assert_eq!(server.commands_processed("mget") - before.1, 2);
}

/// Those who want the same are more than fit into one command, and are one key of it.
// Bites: fails without `last.key == key` in Gather::add (store/redis/gather.rs), where each has a place of its own.
#[tokio::test]
async fn reads_of_one_key_share_its_place() {
    let server = RedisServer::start();
    let names = filled(&server.url(), 2).await;
    let before = (server.commands_processed("get"), server.commands_processed("mget"));
    are_their_own(read(&names, (0..1000).map(|reader| u64::from(reader >= 500)))).await;
    assert_eq!(server.commands_processed("get") - before.0, 4);
    assert_eq!(server.commands_processed("mget") - before.1, 1);
}

#[tokio::test]
async fn who_reads_alone_sends_a_get_at_once() {
    let server = RedisServer::start();
    let names = filled(&server.url(), 1).await;
    let before = server.commands_processed("get");
    for _ in 0..10 {
        are_their_own(read(&names, 0..1)).await;
    }
    assert_eq!(server.commands_processed("get") - before, 10);
    assert_eq!(server.commands_processed("mget"), 0);
}

/// What stands at one key is no matter of those that were read beside it.
#[tokio::test]
async fn a_missing_and_a_foreign_key_do_not_touch_the_others() {
    let server = RedisServer::start();
    let names = filled(&server.url(), 50).await;
    server.command(&["DEL", "gather:v1:name:20"]);
    server.command(&["DEL", "gather:v1:name:30"]);
    server.command(&["RPUSH", "gather:v1:name:30", "a", "list"]);
    let mut readers = read(&names, 0..50);
    for absent in [30, 20] {
        let (_, reader) = readers.remove(absent);
        assert_eq!(reader.await.unwrap(), None);
    }
    are_their_own(readers).await;
}

/// A list at the key is left alone by a load too, as it is where the read was alone.
#[tokio::test]
async fn a_load_after_a_shared_read_leaves_a_foreign_key_alone() {
    let server = RedisServer::start();
    let names = names(&server.url()).await;
    server.command(&["RPUSH", "gather:v1:loaded:30", "a", "list"]);
    let spawn = |number| {
        let names = Arc::clone(&names);
        tokio::spawn(async move { names.loaded(number).await })
    };
    let readers: Vec<_> = (0..50).map(spawn).collect();
    for (number, reader) in readers.into_iter().enumerate() {
        assert_eq!(reader.await.unwrap(), format!("loaded {number}"));
    }
    assert_eq!(server.query::<Vec<String>>(&["LRANGE", "gather:v1:loaded:30", "0", "-1"]), ["a", "list"]);
    assert_eq!(server.query::<Vec<String>>(&["KEYS", "gather:v1:loaded:*"]).len(), 50);
}

// Bites: fails without `error.code() == Some("NOPERM")` in Shared::ask (store/redis/gather.rs).
#[tokio::test]
async fn a_user_who_may_not_use_mget_reads_all_the_same() {
    let server = RedisServer::start();
    drop(filled(&server.url(), 50).await);
    server.command(&["ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-mget"]);
    let names = names(&server.url().replace("//", "//app:pw@")).await;
    are_their_own(read(&names, 0..50)).await;
}

/// Once a connection, not once a read. A user who may not have the room has the answers all the same.
// Bites: fails without `room::make` in Shared::connect (store/redis/supervisor/connect.rs).
#[tokio::test]
async fn a_connection_has_room_for_large_answers() {
    let server = RedisServer::start();
    let made = || server.commands_processed("echo");
    let names = filled(&server.url(), 50).await;
    are_their_own(read(&names, 0..50)).await;
    assert_eq!(made(), 1);
    server.command(&["ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-echo"]);
    let names = self::names(&server.url().replace("//", "//app:pw@")).await;
    are_their_own(read(&names, 0..50)).await;
    assert_eq!(made(), 1);
}

/// A reader that is dropped, before the command is sent or after, takes nobody along.
#[tokio::test]
async fn readers_that_are_dropped_leave_the_others_their_answers() {
    let server = RedisServer::start();
    let names = filled(&server.url(), 100).await;
    // Polled once each: the first four have sent theirs, the others wait to be gathered.
    let mut readers = read(&names, 0..100);
    tokio::task::yield_now().await;
    for (_, reader) in readers.iter().step_by(2) {
        reader.abort();
    }
    readers.retain(|(number, _)| number % 2 == 1);
    are_their_own(readers).await;
    are_their_own(read(&names, 0..100)).await;
}

/// A connection that is lost under hundreds of readers gives each of them a miss, and nobody waits for his deadline.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_cut_is_a_miss_for_all_of_them() {
    let server = RedisServer::start();
    drop(filled(&server.url(), 300).await);
    let proxy = Proxy::start(server.port()).await;
    let names = names(&proxy.url()).await;
    proxy.hold_next("MGET");
    let readers = read(&names, 0..300);
    tokio::time::timeout(DEADLINE, proxy.holds()).await.expect("some of them share a command");
    let begun = Instant::now();
    proxy.cut();
    let mut missed = 0;
    for (number, reader) in readers {
        match reader.await.unwrap() {
            None => missed += 1,
            // Those that went ahead were answered.
            name => assert_eq!(name, Some(format!("number {number}"))),
        }
    }
    assert!(missed > 0, "some were held");
    assert!(begun.elapsed() < DEADLINE, "no one waits for a connection that is gone");
}

#[tokio::test]
async fn on_a_cluster_each_read_has_its_own_answer() {
    let cluster = tokio::task::spawn_blocking(RedisCluster::start).await.unwrap();
    let names = filled(&cluster.url(), 200).await;
    are_their_own(read(&names, 0..200)).await;
}

/// The connection lives in a runtime that goes away while callers in another one read: they have no answer, and go on.
// Bites: fails without `drop(shared.take())` in Turn::drop (store/redis/gather.rs): those who wait to be gathered wait for their deadline.
#[test]
fn readers_outlive_the_runtime_of_the_connection() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (server, one, other) = (RedisServer::start(), runtime(), runtime());
    let names = one.block_on(filled(&server.url(), 20));
    other.block_on(async {
        let readers = read(&names, 0..20);
        // Each of them is polled once; nobody drives the connection.
        tokio::task::yield_now().await;
        one.shutdown_background();
        for (_, reader) in readers {
            let answer = tokio::time::timeout(DEADLINE / 2, reader).await.expect("it does not wait");
            assert_eq!(answer.expect("it does not panic"), None);
        }
    });
}
