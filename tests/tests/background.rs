//! Functions whose loads may run in tasks: what they may look like, and what they cost a hit.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that fails has to fail")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cache_runtime::prelude::*;
use cache_runtime::{KeyType, LoadTimeout, Value};
use tokio::time::Instant;

/// Counts its copies.
#[derive(Default)]
struct Db {
    copies: Arc<AtomicUsize>,
}

impl Clone for Db {
    fn clone(&self) -> Db {
        self.copies.fetch_add(1, Ordering::Relaxed);
        Db { copies: self.copies.clone() }
    }
}

#[cached(namespace = "copies", key = "<id>/<name>", ttl = 60, skip(db), detached)]
async fn copied(db: &Db, id: u64, name: &str) -> String {
    format!("{id} {name} {}", db.copies.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_load_has_copies_of_its_own_and_a_hit_makes_none() {
    let db = Db::default();
    assert_eq!(copied(&db, 1, "ann").await, "1 ann 1");
    for _ in 0..10 {
        assert_eq!(copied(&db, 1, "ann").await, "1 ann 1");
    }
    assert_eq!(db.copies.load(Ordering::Relaxed), 1);
}

#[derive(Clone, Debug, PartialEq)]
enum Failed {
    Odd,
    TimedOut,
}

impl From<LoadTimeout> for Failed {
    fn from(_: LoadTimeout) -> Failed {
        Failed::TimedOut
    }
}

impl From<std::num::ParseIntError> for Failed {
    fn from(_: std::num::ParseIntError) -> Failed {
        Failed::Odd
    }
}

#[cached(namespace = "ways_out", key = "<text>", ttl = 60, load_timeout = "10s")]
async fn ways_out(mut text: String) -> Result<Option<u64>, Failed> {
    text.push('0');
    let number: u64 = text.parse()?;
    if number == 0 {
        return Ok(None);
    }
    Ok(Some(number))
}

#[tokio::test]
async fn a_body_leaves_as_it_likes() {
    assert_eq!(ways_out("1".to_owned()).await, Ok(Some(10)));
    assert_eq!(ways_out(String::new()).await, Ok(None));
    assert_eq!(ways_out("x".to_owned()).await, Err(Failed::Odd));
}

#[cached(
    namespace = "forms",
    key = "<id>/<list>/<fixed>/<T>/<N>",
    ttl = 60,
    skip(path, to, shared, function, F),
    background
)]
#[allow(clippy::too_many_arguments)]
async fn forms<T: KeyType + Value + From<u64>, const N: usize, F>(
    id: &u64,
    list: &[u8],
    fixed: &'static str,
    path: &Path,
    to: impl Fn(&str) -> u64 + Send + 'static,
    shared: Arc<dyn Fn() -> u64 + Send + Sync>,
    function: F,
) -> T
where
    F: FnOnce(u64) -> u64 + Send + 'static,
{
    assert_eq!(path, Path::new("here"));
    T::from(function(*id + list.len() as u64 + to(fixed) + shared()) + N as u64)
}

#[tokio::test]
async fn parameters_come_in_every_form() {
    let got: u64 = forms::<u64, 5, _>(
        &1,
        &[1, 2],
        "abc",
        Path::new("here"),
        |text| text.len() as u64,
        Arc::new(|| 4),
        |n| n * 10,
    )
    .await;
    assert_eq!(got, 105);
}

trait Repo {
    type Error;
    async fn name(&self, id: u64) -> Result<String, Self::Error>;
}

#[async_trait::async_trait]
trait Names: Sync {
    async fn name(&self, id: u64, suffix: &str) -> Option<String>;
}

#[cache_strategy(namespace = "repo", ttl = 60, load_timeout = "10s", stale_while_revalidate = "10m")]
#[derive(Clone)]
struct Pg<D> {
    #[key]
    tenant: u32,
    #[skip]
    dependency: D,
}

#[cache_strategy(skip(D))]
impl<D: Clone + Into<String> + Send + Sync + 'static> Repo for Pg<D> {
    type Error = Failed;

    #[cached(key = "name/<id>", background)]
    async fn name(&self, id: u64) -> Result<String, Self::Error> {
        Ok(format!("{} {id} {}", self.tenant, self.dependency.clone().into()))
    }
}

#[cache_strategy(namespace = "names", ttl = 60, detached)]
#[derive(Clone)]
struct PgNames {
    cache: Cache,
}

#[cache_strategy]
#[async_trait::async_trait]
impl Names for PgNames {
    #[cached(key = "name/<id>/<suffix>", background)]
    async fn name(&self, id: u64, suffix: &str) -> Option<String> {
        Some(format!("{id}{suffix}"))
    }
}

#[tokio::test]
async fn methods_of_traits_take_their_strategy_along() {
    let pg = Pg { tenant: 3, dependency: "x" };
    assert_eq!(pg.name(7).await.as_deref(), Ok("3 7 x"));
    assert_eq!(pg.name_entry(7).get().await.as_deref(), Some("3 7 x"));
    let names: &dyn Names = &PgNames { cache: Cache::memory() };
    assert_eq!(names.name(7, "th").await.as_deref(), Some("7th"));
}

/// A function that calls itself needs a boxed future, as all such functions do; for a task one that says it is `Send`.
#[cached(namespace = "recursion", key = "<n>", ttl = 60, detached)]
async fn factorial(n: u64) -> u64 {
    if n == 0 { 1 } else { n * boxed_factorial(n - 1).await }
}

fn boxed_factorial(n: u64) -> std::pin::Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(factorial(n))
}

#[tokio::test]
async fn a_function_calls_itself_through_a_box() {
    assert_eq!(factorial(5).await, 120);
    assert_eq!(factorial_entry(3).get().await, Some(6));
}

#[cached(namespace = "by_path", key = "<id>", ttl = 60, load_timeout = "10s", timeout_error = timed_out)]
async fn by_path(id: u64) -> Result<u64, &'static str> {
    if id == 0 { Err("zero") } else { Ok(id) }
}

fn timed_out(_: LoadTimeout) -> &'static str {
    "timed out"
}

#[tokio::test]
async fn errors_reach_the_caller() {
    assert_eq!(by_path(0).await, Err("zero"));
    assert_eq!(by_path(1).await, Ok(1));
}

#[derive(Clone)]
#[cache_strategy(namespace = "soft_over", ttl = "10s", stale_if_error = "10s")]
struct Hanging {
    cache: Cache,
}

#[cache_strategy]
impl Hanging {
    #[cached(key = "<id>", skip(hangs), soft_load_timeout = "30s", load_timeout = "1m")]
    async fn number(&self, id: u64, hangs: bool) -> Result<u64, Failed> {
        if hangs {
            std::future::pending::<()>().await;
        }
        Ok(id)
    }
}

/// The window ends while this waits for the load; then there is the load alone to wait for.
// Bites: fails without `store.now() < aged.ends` in wait (load/task.rs), and without `saturating_sub(waited)`.
#[tokio::test(start_paused = true)]
async fn what_is_stale_ends_with_its_window_for_who_waits_too() {
    let numbers = Hanging { cache: Cache::memory() };
    assert_eq!(numbers.number(7, false).await, Ok(7));
    tokio::time::advance(Duration::from_secs(15)).await;
    let began = Instant::now();
    assert_eq!(numbers.number(7, true).await, Err(Failed::TimedOut));
    assert_eq!(began.elapsed().as_secs(), 60);
}
