//! What an entry of the near cache takes, and what a hit costs among few and among many.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use allocation_counter::measure;
use cache_benches::run::{builder, in_flight, near, runtime};
use cache_benches::zipf::next;
use cache_benches::{Contest, Goal, Profile, Profiles, Table, Unit};
use cache_tests::RedisServer;
use tokio::runtime::{Builder, Runtime};

const COUNTED: usize = 100_000;
const MANY: usize = 1_000_000;
const HOT: usize = 1000;
const READS: usize = 100_000;

pub(crate) fn run(table: &mut Table) {
    let server = RedisServer::start();
    let filler = runtime(2);
    let far = filler.block_on(async { builder(&server.url()).build().await.expect("a cache") });
    let far = Arc::new(Profiles::new(far));
    read(&filler, &far, MANY);

    table.section("The near cache as it grows");
    bytes(table, &server);
    hits(table, &filler, &server);
}

/// Reads all of the first `count` once.
fn read(runtime: &Runtime, profiles: &Arc<Profiles>, count: usize) {
    let (profiles, place) = (Arc::clone(profiles), Arc::new(AtomicUsize::new(0)));
    runtime.block_on(in_flight(512, count as u64, move || {
        let (profiles, place) = (Arc::clone(&profiles), Arc::clone(&place));
        async move {
            profiles.profile(place.fetch_add(1, Ordering::Relaxed) as i64).await;
        }
    }));
}

/// One thread for everything: the allocations are counted for the thread that makes them.
fn bytes(table: &mut Table, server: &RedisServer) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let profiles = Arc::new(Profiles::new(runtime.block_on(near(&server.url(), 1024))));
    // The connection's buffers are as large as they get.
    read(&runtime, &profiles, HOT);
    let before = profiles.profile_entry(0).counts().near_hits;
    let near = measure(|| read(&runtime, &profiles, HOT + COUNTED)).bytes_current;
    assert_eq!(profiles.profile_entry(0).counts().near_hits - before, HOT as u64, "the others are read");
    let mut values = Vec::with_capacity(COUNTED);
    let json = |id| serde_json::to_vec(&Profile::of(id)).expect("JSON");
    let stored: Vec<Vec<u8>> = (0..COUNTED).map(|id| json((HOT + id) as i64)).collect();
    let bare = measure(|| {
        for json in &stored {
            values.push(Arc::new(serde_json::from_slice::<Profile>(json).expect("JSON")));
        }
    });
    let keys: usize =
        (HOT..HOT + COUNTED).map(|id| profiles.profile_entry(id as i64).key().as_bytes().len()).sum();
    let beside = near - bare.bytes_current - keys as i64;
    let each = beside as f64 / COUNTED as f64;
    table.figure("bytes of an entry beyond its key and its value", Unit::Bytes, each, Goal::AtMost(120.0));
}

fn hits(table: &mut Table, filler: &Runtime, server: &RedisServer) {
    let sizes = [HOT, MANY];
    let nodes = sizes.map(|count| {
        let node = Arc::new(Profiles::new(filler.block_on(near(&server.url(), 1024))));
        read(filler, &node, count);
        let before = node.profile_entry(0).counts().near_hits;
        read(filler, &node, count);
        // A change of one key may count for another one that is being read: that one is kept with its next read.
        let there = node.profile_entry(0).counts().near_hits - before;
        assert!(there >= count as u64 / 1000 * 999, "{there} of {count} are in the process");
        node
    });
    let maps = sizes.map(|count| {
        let map = quick_cache::sync::Cache::<i64, Arc<Profile>>::new(2 * count);
        (0..count as i64).for_each(|id| map.insert(id, Arc::new(Profile::of(id))));
        map
    });
    let ours = |node: &Arc<Profiles>, ids: &[i64]| {
        filler.block_on(async {
            let started = Instant::now();
            for id in ids {
                black_box(node.profile(black_box(*id)).await);
            }
            started.elapsed().as_nanos() as f64 / ids.len() as f64
        })
    };
    let theirs = |map: &quick_cache::sync::Cache<i64, Arc<Profile>>, ids: &[i64]| {
        let started = Instant::now();
        ids.iter().for_each(|id| drop(black_box(map.get(black_box(id)))));
        started.elapsed().as_nanos() as f64 / ids.len() as f64
    };
    // The same thousand keys, and any.
    let hot = among(HOT, HOT);
    let spread = among(MANY, MANY / HOT * HOT);
    let few: Vec<i64> = spread.iter().map(|id| id % HOT as i64).collect();
    let turns = Contest::default()
        .with("", || ours(&nodes[1], &hot))
        .with("among 1,000 entries", || ours(&nodes[0], &hot))
        .run(15);
    table.turns("1,000 keys among 1,000,000 entries", &turns, &[("among 1,000 entries", Goal::AtMost(1.2))]);
    let turns = Contest::default()
        .with("", || ours(&nodes[1], &spread))
        .with("1,000 keys among 1,000", || ours(&nodes[0], &few))
        .with("`quick_cache`, any of 1,000,000", || theirs(&maps[1], &spread))
        .with("`quick_cache`, 1,000 keys", || theirs(&maps[0], &few))
        .run(15);
    table.turns("any of 1,000,000 entries", &turns, &[]);
    table.note(
        "Any of a million is any of a million places in memory: what that costs in the machine's own caches, the bare map of \
         the same size shows.",
    );
}

/// Numbers below `count`, drawn evenly.
fn among(count: usize, below: usize) -> Vec<i64> {
    let mut state = 7;
    (0..READS).map(|_| (next(&mut state) % below.min(count) as u64) as i64).collect()
}
