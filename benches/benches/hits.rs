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
    redis(&mut criterion, &runtime);
    criterion.final_summary();

    let mut table = Table::default();
    table.compare("key of 35 bytes", "key/declared", "key/format!", 0.5);
    table.compare("key of 35 bytes, dynamic", "key/Key::build", "key/format!", 0.5);
    for count in IN_FLIGHT {
        let ours = format!("redis_hit/declared/{count}");
        let (bare, bounded) =
            (format!("redis_hit/GET+decode/{count}"), format!("redis_hit/GET+decode with timeout/{count}"));
        table.compare(&format!("Redis hit, {count} in flight"), &ours, &bare, 1.1);
        table.compare(&format!("  against a GET with a timeout, {count}"), &ours, &bounded, 1.1);
    }
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

/// The same connection settings, the same key, the same payload.
fn redis(criterion: &mut Criterion, runtime: &Runtime) {
    let server = RedisServer::start();
    let (profiles, raw) = runtime.block_on(async {
        let profiles = Arc::new(Profiles::new(
            Cache::builder()
                .url(server.url())
                .deadline(Duration::from_secs(5))
                .require_connection()
                .build()
                .await
                .expect("a cache"),
        ));
        profiles.profile(USER).await;
        let bare = AsyncConnectionConfig::new().set_response_timeout(None);
        let mut raw = raw_connection(&server.url(), &bare).await;
        let json = serde_json::to_vec(&Profile::of(USER)).expect("JSON");
        redis::cmd("SET").arg("raw").arg(json).exec_async(&mut raw).await.expect("SET");
        let raw = (raw, raw_connection(&server.url(), &AsyncConnectionConfig::new()).await);
        (profiles, raw)
    });
    let mut group = criterion.benchmark_group("redis_hit");
    for count in IN_FLIGHT {
        // Without a timeout, as no call should be; and with the client's own default.
        for (name, raw) in [("GET+decode", &raw.0), ("GET+decode with timeout", &raw.1)] {
            group.bench_function(BenchmarkId::new(name, count), |bencher| {
                bencher.iter_custom(|total| {
                    let raw = raw.clone();
                    runtime.block_on(in_flight(count, total, move || {
                        let mut raw = raw.clone();
                        async move {
                            let bytes: Vec<u8> =
                                redis::cmd("GET").arg("raw").query_async(&mut raw).await.expect("GET");
                            let profile: Profile = serde_json::from_slice(&bytes).expect("JSON");
                            black_box(Arc::new(profile));
                        }
                    }))
                });
            });
        }
        group.bench_function(BenchmarkId::new("declared", count), |bencher| {
            bencher.iter_custom(|total| {
                let profiles = Arc::clone(&profiles);
                runtime.block_on(in_flight(count, total, move || {
                    let profiles = Arc::clone(&profiles);
                    async move {
                        black_box(profiles.profile(USER).await);
                    }
                }))
            });
        });
    }
    group.finish();
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
