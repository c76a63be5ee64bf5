//! A key, a hit on memory, a hit on Redis: each beside what one would write by hand.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::unit_arg,
    reason = "a benchmark stops where something is wrong"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cache_benches::{Profile, Profiles, Table};
use cache_runtime::Cache;
use cache_tests::RedisServer;
use criterion::{BenchmarkId, Criterion};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, IntoConnectionInfo, ProtocolVersion};
use tokio::runtime::{Builder, Runtime};

const IN_FLIGHT: [u64; 3] = [1, 64, 512];
/// Nine digits: the key has 35 bytes.
const USER: i64 = 123_456_789;

fn main() {
    let mut criterion = Criterion::default()
        .configure_from_args()
        .measurement_time(Duration::from_secs(5))
        .warm_up_time(Duration::from_secs(1));
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    keys(&mut criterion);
    memory(&mut criterion, &runtime);
    let mut table = Table::default();
    redis(&mut criterion, &runtime, &mut table);
    criterion.final_summary();

    table.compare("key of 35 bytes", "key/declared", "key/format!", 0.5);
    table.compare("key of 35 bytes, dynamic", "key/Key::build", "key/format!", 0.5);
    table.print();
}

/// A declared key comes with its entry: that is what a user gets.
fn keys(criterion: &mut Criterion) {
    let profiles = Profiles::new(Cache::disabled());
    let mut group = criterion.benchmark_group("key");
    let id = black_box(USER);
    assert_eq!(profiles.profile_entry(id).key().as_bytes().len(), 35);
    group.bench_function("format!", |bencher| {
        bencher
            .iter(|| format!("{}:v{}:user:{}:profile", black_box("benchmark"), black_box(1), black_box(id)));
    });
    group.bench_function("declared", |bencher| {
        bencher.iter(|| profiles.profile_entry(black_box(id)));
    });
    group.bench_function("Key::build", |bencher| {
        bencher
            .iter(|| cache_runtime::Key::build(black_box("benchmark"), ("user", black_box(id), "profile")));
    });
    group.finish();
}

fn memory(criterion: &mut Criterion, runtime: &Runtime) {
    let profiles = Profiles::new(Cache::memory());
    runtime.block_on(profiles.profile(USER));
    let mut group = criterion.benchmark_group("memory_hit");
    group.bench_function("declared", |bencher| {
        bencher.iter_custom(|count| {
            runtime.block_on(async {
                let started = Instant::now();
                for _ in 0..count {
                    black_box(profiles.profile(black_box(USER)).await);
                }
                started.elapsed()
            })
        });
    });
    group.finish();
}

/// A raw connection with its key, as long as the declared one.
#[derive(Clone)]
struct Raw(MultiplexedConnection);

const RAW_KEY: &str = "benchmark:v1:user:123456789:by_hand";

impl Raw {
    async fn get(mut self) {
        let bytes: Vec<u8> = redis::cmd("GET").arg(RAW_KEY).query_async(&mut self.0).await.expect("GET");
        let profile: Profile = serde_json::from_slice(&bytes).expect("JSON");
        black_box(Arc::new(profile));
    }
}

/// The same connection settings, keys of the same length, the same payload.
fn redis(criterion: &mut Criterion, runtime: &Runtime, table: &mut Table) {
    let server = RedisServer::start();
    let (profiles, bare, bounded) = runtime.block_on(async {
        let builder =
            Cache::builder().url(server.url()).deadline(Duration::from_secs(5)).require_connection();
        let profiles = Arc::new(Profiles::new(builder.build().await.expect("a cache")));
        profiles.profile(USER).await;
        // Without a timeout, as no call should be; and with the client's own default.
        let config = AsyncConnectionConfig::new();
        let bounded = raw_connection(&server.url(), &config).await;
        let mut bare = raw_connection(&server.url(), &config.set_response_timeout(None)).await;
        let json = serde_json::to_vec(&Profile::of(USER)).expect("JSON");
        redis::cmd("SET").arg(RAW_KEY).arg(json).exec_async(&mut bare).await.expect("SET");
        (profiles, Raw(bare), Raw(bounded))
    });
    let raw = |raw: &Raw, count, total| {
        let raw = raw.clone();
        runtime.block_on(in_flight(count, total, move || raw.clone().get()))
    };
    let ours = |count, total| {
        let profiles = Arc::clone(&profiles);
        runtime.block_on(in_flight(count, total, move || {
            let profiles = Arc::clone(&profiles);
            async move {
                black_box(profiles.profile(USER).await);
            }
        }))
    };
    let mut group = criterion.benchmark_group("redis_hit");
    for count in IN_FLIGHT {
        group.bench_function(BenchmarkId::new("GET+decode", count), |bencher| {
            bencher.iter_custom(|total| raw(&bare, count, total));
        });
        group.bench_function(BenchmarkId::new("GET+decode with timeout", count), |bencher| {
            bencher.iter_custom(|total| raw(&bounded, count, total));
        });
        group.bench_function(BenchmarkId::new("declared", count), |bencher| {
            bencher.iter_custom(|total| ours(count, total));
        });
    }
    group.finish();
    // The machine is not the same from minute to minute: for the ratio they take turns.
    for count in IN_FLIGHT {
        let total = if count == 1 { 2000 } else { 20_000 };
        let rounds =
            || (0..31).map(|_| (ours(count, total), raw(&bare, count, total), raw(&bounded, count, total)));
        let rounds: Vec<_> = rounds()
            .map(|(ours, bare, bounded)| {
                [ours, bare, bounded].map(|time| time.as_nanos() as f64 / total as f64)
            })
            .collect();
        table.pairs(
            &format!("Redis hit, {count} in flight"),
            rounds.iter().map(|[ours, bare, _]| (*ours, *bare)),
            1.1,
        );
        let bounded = rounds.iter().map(|[ours, _, bounded]| (*ours, *bounded));
        table.pairs(&format!("  by hand with a timeout, {count}"), bounded, 1.1);
    }
}

async fn raw_connection(url: &str, config: &AsyncConnectionConfig) -> MultiplexedConnection {
    let info = url.into_connection_info().expect("a URL");
    let tcp = info.tcp_settings().clone().set_nodelay(true);
    let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    let client = Client::open(info.set_tcp_settings(tcp).set_redis_settings(settings)).expect("a client");
    client.get_multiplexed_async_connection_with_config(config).await.expect("a connection")
}

/// Runs `total` operations, `count` at a time.
async fn in_flight<F, Fut>(count: u64, total: u64, operation: F) -> Duration
where
    F: Fn() -> Fut + Clone + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let started = Instant::now();
    let tasks: Vec<_> = (0..count.min(total))
        .map(|task| {
            let operation = operation.clone();
            let share = total / count + u64::from(task < total % count);
            tokio::spawn(async move {
                for _ in 0..share {
                    operation().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a task");
    }
    started.elapsed()
}
