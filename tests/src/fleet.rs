//! What many processes with a near cache cost one server: its memory for what it has to tell whom, its time for telling, and the
//! rush of all of them when it comes back.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cache_runtime::prelude::*;
use tokio::task::JoinSet;

use crate::RedisServer;

/// What each of them reads.
const KEYS: u64 = 100;
/// How long the server is away.
const AWAY: Duration = Duration::from_secs(3);

#[cache_strategy(namespace = "fleet", ttl = "1h")]
struct Prices {
    cache: Cache,
}

#[cache_strategy]
impl Prices {
    #[cached(key = "price/<id>")]
    async fn price(&self, id: u64) -> u64 {
        id
    }
}

/// Simulates so many processes, each a cache with a connection of its own, and prints what they cost.
///
/// # Errors
///
/// Where the server can't be connected to.
pub async fn fleet(processes: u64) -> Result<(), CacheError> {
    // Each connection is a file here, and one at the server.
    let mut server = RedisServer::with().set("maxclients", &(processes + 100).to_string()).start();
    let begun = Instant::now();
    let fleet = Arc::new(connected(&server, processes).await?);
    println!("{processes} processes, connected after {:.1?}", begun.elapsed());

    each(&fleet, |prices| async move { prices.price(0).await }).await;
    let bare = beside_clients(&server).await;
    for _ in 0..3 {
        each(&fleet, |prices| async move {
            for id in 0..KEYS {
                prices.price(id).await;
            }
        })
        .await;
    }
    let (items, keys) =
        (number(&server, "stats", "tracking_total_items"), number(&server, "stats", "tracking_total_keys"));
    let table = beside_clients(&server).await - bare;
    println!(
        "each has read {KEYS} keys: the server keeps {items} pairs of {keys} keys, {:.1} MiB, {:.0} bytes a pair (with the values)",
        table / 1048576.0,
        table / items.max(1.0)
    );

    let alone = invalidations(&server, KEYS..3 * KEYS).await?;
    let told = invalidations(&server, 0..KEYS).await?;
    println!(
        "an invalidation costs the server {alone:.1} µs with nobody to tell, {told:.1} µs with {processes}: {:.2} µs a push",
        (told - alone).max(0.0) / processes as f64
    );
    rush(&fleet, &mut server).await;
    Ok(())
}

async fn connected(server: &RedisServer, processes: u64) -> Result<Vec<Arc<Prices>>, CacheError> {
    let mut fleet = Vec::new();
    for _ in 0..processes {
        let builder = Cache::builder().url(server.url()).near(NearCache::bytes(64 << 10));
        let cache = builder.deadline(Duration::from_secs(5)).require_connection().build().await?;
        fleet.push(Arc::new(Prices { cache }));
    }
    Ok(fleet)
}

/// Lets all of them do something at once.
async fn each<F, T>(fleet: &[Arc<Prices>], what: impl Fn(Arc<Prices>) -> F)
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut tasks = JoinSet::new();
    for prices in fleet {
        tasks.spawn(what(Arc::clone(prices)));
    }
    tasks.join_all().await;
}

/// Invalidations, in microseconds of the server's time each.
async fn invalidations(server: &RedisServer, ids: Range<u64>) -> Result<f64, CacheError> {
    let cache = Cache::builder().url(server.url()).require_connection().build().await?;
    let writer = Prices { cache };
    let (before, count) = (cpu(server), ids.end - ids.start);
    for id in ids {
        writer.price_entry(id).invalidate().await?;
    }
    Ok((cpu(server) - before) / count as f64)
}

/// The server goes away and comes back: how fast they all connect, and how many at a time.
async fn rush(fleet: &[Arc<Prices>], server: &mut RedisServer) {
    server.kill();
    tokio::time::sleep(AWAY).await;
    server.restart();
    let (begun, mut before, mut peak) = (Instant::now(), 0.0, 0.0_f64);
    let (mut half, mut all) = (None, None);
    while all.is_none() && begun.elapsed() < Duration::from_secs(30) {
        tokio::time::sleep(Duration::from_millis(100)).await;
        // Less the one that asks.
        let connected = number(server, "clients", "connected_clients") - 1.0;
        peak = peak.max(connected - before);
        before = connected;
        let share = connected / fleet.len() as f64;
        half = half.or((share >= 0.5).then(|| begun.elapsed()));
        all = all.or((share >= 1.0).then(|| begun.elapsed()));
    }
    let spent = cpu(server) / fleet.len() as f64;
    let (Some(half), Some(all)) = (half, all) else {
        println!("after {AWAY:?} away: {before} of {} are back after {:.1?}", fleet.len(), begun.elapsed());
        return;
    };
    println!(
        "after {AWAY:?} away: half are back after {half:.1?}, all after {all:.1?}; at most {peak} in 100 ms; {spent:.0} µs of the server's time each"
    );
}

/// Bytes that are not the clients' buffers. Those grow and shrink, which the server looks at within a second or two.
async fn beside_clients(server: &RedisServer) -> f64 {
    tokio::time::sleep(Duration::from_secs(4)).await;
    number(server, "memory", "used_memory") - number(server, "memory", "mem_clients_normal")
}

/// Microseconds of the server's processor.
fn cpu(server: &RedisServer) -> f64 {
    1e6 * (number(server, "cpu", "used_cpu_user") + number(server, "cpu", "used_cpu_sys"))
}

fn number(server: &RedisServer, section: &str, name: &str) -> f64 {
    let info: String = server.query(&["INFO", section]);
    let field = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    field.and_then(|number| number.trim().parse().ok()).unwrap_or(0.0)
}
