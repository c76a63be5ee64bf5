//! Near hits on two threads against one: keys as they are asked for, and one that all want.

use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::time::Instant;

use cache_benches::processors::stay_on;
use cache_benches::run::{in_flight, near, runtime};
use cache_benches::zipf::zipf;
use cache_benches::{Contest, Goal, Profile, Profiles, Table, Unit};
use cache_tests::RedisServer;

const KEYS: usize = 100_000;
const HITS: usize = 200_000;
const TURNS: usize = 45;

/// Nanoseconds of one hit, counted over all threads: each makes all of them. From the first to begin to the last to end, by the
/// threads' own clocks: who waits for them may be woken late.
fn on_threads(threads: usize, ids: &[i64], hits: &(dyn Fn(&[i64]) + Sync)) -> f64 {
    let barrier = Barrier::new(threads);
    let times: Vec<(Instant, Instant)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let barrier = &barrier;
                scope.spawn(move || {
                    // Threads that live for milliseconds are often sent to the same one.
                    stay_on(thread);
                    let (before, after) = ids.split_at(ids.len() / threads * thread);
                    barrier.wait();
                    let began = Instant::now();
                    hits(after);
                    hits(before);
                    (began, Instant::now())
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("a thread")).collect()
    });
    let began = times.iter().map(|(began, _)| *began).min().expect("a thread");
    let ended = times.iter().map(|(_, ended)| *ended).max().expect("a thread");
    ended.duration_since(began).as_nanos() as f64 / (threads * ids.len()) as f64
}

pub(crate) fn run(table: &mut Table) {
    let server = RedisServer::start();
    let runtime = runtime(1);
    let profiles = Arc::new(Profiles::new(runtime.block_on(near(&server.url(), 128))));
    for _ in 0..3 {
        let next = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let profiles = Arc::clone(&profiles);
        runtime.block_on(in_flight(256, KEYS as u64, move || {
            let (profiles, next) = (Arc::clone(&profiles), Arc::clone(&next));
            async move {
                let id = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % KEYS;
                profiles.profile(id as i64).await;
            }
        }));
    }
    let asked = zipf(KEYS, 0.99, HITS, 1);
    let one = vec![7; HITS];
    let near_hits = || profiles.profile_entry(0).counts().near_hits;
    let ours = |ids: &[i64]| {
        runtime.block_on(async {
            for id in ids {
                black_box(profiles.profile(black_box(*id)).await);
            }
        });
    };
    let before = near_hits();
    ours(&asked);
    assert_eq!(near_hits() - before, HITS as u64, "all of them are in the process");

    let quick = quick_cache::sync::Cache::<i64, Arc<Profile>>::new(2 * KEYS);
    let moka = moka::sync::Cache::<i64, Arc<Profile>>::new(2 * KEYS as u64);
    for id in 0..KEYS as i64 {
        quick.insert(id, Arc::new(Profile::of(id)));
        moka.insert(id, Arc::new(Profile::of(id)));
    }
    let of_quick = |ids: &[i64]| ids.iter().for_each(|id| drop(black_box(quick.get(black_box(id)))));
    let of_moka = |ids: &[i64]| ids.iter().for_each(|id| drop(black_box(moka.get(black_box(id)))));

    table.section("Near hits a second, two threads against one");
    for (what, ids, goal) in [("zipf 0.99 over 100,000 keys", &asked, 1.6), ("one key", &one, 1.0)] {
        let turns = Contest::default()
            .with("one thread", || on_threads(1, ids, &ours))
            .with("two threads", || on_threads(2, ids, &ours))
            .with("`quick_cache`, two threads", || on_threads(2, ids, &of_quick))
            .with("`moka`, two threads", || on_threads(2, ids, &of_moka))
            .with("`quick_cache`, one thread", || on_threads(1, ids, &of_quick))
            .run(TURNS);
        let second = |who| 1e9 / turns.median(who);
        for (who, goal) in [(0, Goal::AtLeast(goal)), (2, Goal::Shown), (3, Goal::Shown)] {
            table.compare(
                what,
                Unit::PerSecond,
                second(1),
                turns.name(who),
                second(who),
                turns.ratio(who, 1),
                goal,
            );
        }
        let (theirs, ratio) = (turns.median(4), turns.ratio(4, 2));
        table.note(&format!(
            "{what}: `quick_cache` itself, keyed by the bare `i64`, makes {:.2} M/s on one thread, and {ratio:.2} times as many on two.",
            1e3 / theirs
        ));
    }
}
