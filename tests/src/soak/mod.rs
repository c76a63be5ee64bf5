//! A mixed load for minutes, to see what is left behind: memory, tasks, connections.

mod gauges;
mod load;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cache_runtime::prelude::*;
use tokio::task::JoinHandle;

use self::gauges::{Gauges, Readings};
use self::load::Load;
use crate::{Counter, Proxy, RedisServer};

/// Tasks on the server, and on the memory cache.
const TASKS: [u64; 2] = [32, 12];
const LOOK: Duration = Duration::from_secs(10);
const RESTART: Duration = Duration::from_secs(60);

/// The memory of a process goes up and down; this much more than after the first third (at most two minutes) is a leak.
const GROWTH_BYTES: u64 = 24 << 20;

/// Works for so long, prints how it goes, and says what was left behind.
///
/// # Errors
///
/// What was left behind, or a caller that failed.
///
/// # Panics
///
/// Where there is no server.
pub async fn soak(time: Duration) -> Result<(), String> {
    let mut server = RedisServer::start();
    let proxy = Proxy::start(server.port()).await;
    let far = Cache::builder().url(proxy.url()).require_connection().build().await.expect("a cache");
    let near = Cache::builder().memory_bytes(512 << 10).build().await.expect("a cache");
    let gauges = Gauges::new();
    let before = gauges.read(&server);
    println!("before: {before}");

    let (stop, calls) = (Arc::new(AtomicBool::new(false)), Counter::new());
    let workers = start(&far, &near, &stop, &calls);
    let (began, mut last) = (Instant::now(), (Instant::now(), 0));
    let (mut settled, mut most) = (None, 0);
    // Half a minute on, so that it does not fall on a look.
    let mut restart = RESTART / 2;
    while began.elapsed() < time {
        tokio::time::sleep(LOOK).await;
        if began.elapsed() > restart {
            restart += RESTART;
            server = tokio::task::spawn_blocking(move || {
                server.restart();
                server
            })
            .await
            .expect("it starts again");
        }
        let now = gauges.read(&server);
        let (since, count) = std::mem::replace(&mut last, (Instant::now(), calls.count()));
        let rate = (last.1 - count) as f64 / since.elapsed().as_secs_f64();
        println!("{:>5.0} s: {rate:>8.0} calls/s, {now}", began.elapsed().as_secs_f64());
        if settled.is_none() && began.elapsed() >= (time / 3).min(Duration::from_secs(120)) {
            settled = Some(now.memory);
        }
        if settled.is_some() {
            most = most.max(now.memory);
        }
        if workers.iter().any(JoinHandle::is_finished) {
            return Err("a caller has failed, see above".to_owned());
        }
    }
    stop.store(true, Ordering::SeqCst);
    for worker in workers {
        worker.await.map_err(|error| format!("a caller has failed: {error}"))?;
    }
    println!("{} calls; far {:?}", calls.count(), load::counts(&far));
    nothing_is_left(&gauges, &server, before, [far, near]).await?;
    let settled = settled.unwrap_or_default();
    println!("memory: {} MiB once settled, {} MiB at the most after that", settled >> 20, most >> 20);
    if most > settled + GROWTH_BYTES {
        return Err(format!("memory has grown by {} MiB", (most - settled) >> 20));
    }
    Ok(())
}

fn start(far: &Cache, near: &Cache, stop: &Arc<AtomicBool>, calls: &Counter) -> Vec<JoinHandle<()>> {
    let loads = [far, near].map(Load::new);
    let mut workers = Vec::new();
    for (load, tasks) in loads.into_iter().zip(TASKS) {
        for seed in 1..=tasks {
            let (load, stop, calls) = (load.clone(), Arc::clone(stop), calls.clone());
            workers.push(tokio::spawn(async move { load.work(seed, &stop, &calls).await }));
        }
    }
    workers
}

/// Waits until all is as it was before, and then until the caches' own connections are gone too.
async fn nothing_is_left(
    gauges: &Gauges,
    server: &RedisServer,
    before: Readings,
    caches: [Cache; 2],
) -> Result<(), String> {
    let as_before = |now: Readings| now.tasks <= before.tasks && now.clients <= before.clients;
    let idle = gauges.until(server, as_before).await;
    println!("idle:   {idle}");
    if !as_before(idle) {
        return Err(format!("left behind: {idle}; before it was {before}"));
    }
    drop(caches);
    // One is who asks.
    let gone = gauges.until(server, |now| now.clients == 1 && now.tasks < before.tasks).await;
    println!("closed: {gone}");
    if gone.clients == 1 { Ok(()) } else { Err(format!("left behind by caches that are gone: {gone}")) }
}
