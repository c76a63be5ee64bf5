//! What is counted. Each is a function of its own that is never inlined: callgrind counts from its beginning to its end.

use std::future::Future as _;
use std::hint::black_box;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use cache_runtime::__private::guard::RecordHeader;
use cache_runtime::prelude::*;

use crate::callgrind::{CALLS, DISTURBED};

/// Nine digits: the key has 35 bytes.
const USER: i64 = 123_456_789;

/// Another one: two functions that are alike become one, under the name of either.
const OTHER: i64 = 123_456_780;

/// A record with a small value, as it stands on a server.
const RECORD: &[u8] = include_bytes!("../../../cache-runtime/src/record/golden/v1-value.bin");

#[cache_strategy(namespace = "benchmark", ttl = "1h")]
struct Users {
    cache: Cache,
}

#[cache_strategy]
impl Users {
    #[cached(key = "user/<id>/profile")]
    async fn user(&self, id: i64) -> Arc<String> {
        Arc::new(format!("user {id}"))
    }
}

/// Each prepares and warms up what it needs, calls its function, and says whether that did what is to be counted.
type Run = fn(&str) -> Result<bool, String>;

const COUNTED: [(&str, Run); 6] = [
    ("near_hit", near_hit),
    ("embedded_hit", embedded_hit),
    ("declared_key", declared_key),
    ("dynamic_key", dynamic_key),
    ("header_read", header_read),
    ("header_write", header_write),
];

/// Everything that has a figure. The function that is counted is called `counted_` and this.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    COUNTED.iter().map(|(name, _)| *name)
}

/// The program under callgrind.
pub(crate) fn run(name: &str, url: &str) -> Result<ExitCode, String> {
    let (_, run) = COUNTED.iter().find(|(known, _)| *known == name).ok_or("nothing of that name")?;
    Ok(if run(url)? { ExitCode::SUCCESS } else { ExitCode::from(DISTURBED) })
}

fn near_hit(url: &str) -> Result<bool, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|why| format!("no runtime: {why}"))?;
    // Nothing here is quick under callgrind.
    let builder = Cache::builder().url(url).deadline(Duration::from_secs(10)).require_connection();
    let cache = runtime.block_on(builder.near(NearCache::megabytes(1)).build());
    let users = Users { cache: cache.map_err(|why| format!("no cache at {url}: {why}"))? };
    let hits = || users.user_entry(USER).counts().near_hits;
    let started = Instant::now();
    // By then this thread has a copy of its own.
    while hits() < 1000 {
        if started.elapsed() > Duration::from_secs(60) {
            return Err("what was read is not in the near cache after a minute".into());
        }
        runtime.block_on(users.user(USER));
    }
    let before = hits();
    Ok(counted_near_hit(&users) && hits() - before == u64::from(CALLS))
}

#[inline(never)]
fn counted_near_hit(users: &Users) -> bool {
    all_hit(users, USER)
}

fn embedded_hit(_: &str) -> Result<bool, String> {
    let users = Users { cache: Cache::memory() };
    all_hit(&users, OTHER);
    let hits = || users.user_entry(OTHER).counts().hits;
    let before = hits();
    Ok(counted_embedded_hit(&users) && hits() - before == u64::from(CALLS))
}

#[inline(never)]
fn counted_embedded_hit(users: &Users) -> bool {
    all_hit(users, OTHER)
}

/// Whether all of them were answered at once, as hits are. Nobody waits for the others: the server's thread is not this one.
#[inline(always)]
fn all_hit(users: &Users, id: i64) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    let mut all = true;
    for _ in 0..CALLS {
        let hit = pin!(users.user(black_box(id)));
        all &= black_box(hit.poll(&mut context)).is_ready();
    }
    all
}

fn declared_key(_: &str) -> Result<bool, String> {
    let users = Users { cache: Cache::disabled() };
    drop(users.user_entry(USER));
    counted_declared_key(&users);
    Ok(users.user_entry(USER).key().as_bytes().len() == 35)
}

#[inline(never)]
fn counted_declared_key(users: &Users) {
    for _ in 0..CALLS {
        drop(black_box(users.user_entry(black_box(USER))));
    }
}

fn dynamic_key(_: &str) -> Result<bool, String> {
    counted_dynamic_key();
    Ok(true)
}

#[inline(never)]
fn counted_dynamic_key() {
    for _ in 0..CALLS {
        drop(black_box(Key::build(black_box("benchmark"), ("user", black_box(USER), "profile"))));
    }
}

fn header_read(_: &str) -> Result<bool, String> {
    Ok(counted_header_read())
}

#[inline(never)]
fn counted_header_read() -> bool {
    let mut all = true;
    for _ in 0..CALLS {
        all &= black_box(RecordHeader::glance(black_box(RECORD))).is_some();
    }
    all
}

fn header_write(_: &str) -> Result<bool, String> {
    let header = RecordHeader::read(RECORD).ok_or("the record can't be read")?;
    // What the allocator does with its first bytes is not counted.
    drop(black_box(header.write(100)));
    counted_header_write(&header);
    Ok(RECORD.starts_with(&header.write(0)))
}

#[inline(never)]
fn counted_header_write(header: &RecordHeader) {
    for _ in 0..CALLS {
        drop(black_box(header.write(black_box(100))));
    }
}
