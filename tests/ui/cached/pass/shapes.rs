//! Every shape of return type: an error is never cached, a `None` with `none_ttl` alone.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicU32, Ordering};

use cache_runtime::prelude::*;

static LOADS: AtomicU32 = AtomicU32::new(0);

fn loads() -> u32 {
    LOADS.swap(0, Ordering::SeqCst)
}

#[derive(Debug, Clone, PartialEq)]
pub struct Missing;

type Outcome = Result<u8, Missing>;
type Perhaps = Option<u8>;
type OutcomePerhaps = Result<Option<u8>, Missing>;

#[cached(namespace = "s", key = "value/<n>", ttl = 60)]
async fn value(n: u8) -> u8 {
    LOADS.fetch_add(1, Ordering::SeqCst);
    n
}

#[cached(namespace = "s", key = "option/<n>", ttl = 60)]
async fn option(n: u8) -> Option<u8> {
    LOADS.fetch_add(1, Ordering::SeqCst);
    (n > 0).then_some(n)
}

#[cached(namespace = "s", key = "none/<n>", ttl = 60, none_ttl = "10s")]
async fn none(n: u8) -> std::option::Option<u8> {
    LOADS.fetch_add(1, Ordering::SeqCst);
    (n > 0).then_some(n)
}

#[cached(namespace = "s", key = "result/<n>", ttl = 60)]
async fn result(n: u8) -> Result<u8, Missing> {
    LOADS.fetch_add(1, Ordering::SeqCst);
    if n > 0 { Ok(n) } else { Err(Missing) }
}

#[cached(namespace = "s", key = "both/<n>", ttl = 60, none_ttl = 5)]
async fn both(n: u8) -> Result<Option<u8>, Missing> {
    LOADS.fetch_add(1, Ordering::SeqCst);
    match n {
        0 => Err(Missing),
        1 => Ok(None),
        n => Ok(Some(n)),
    }
}

#[cached(namespace = "s", key = "anyhow/<n>", ttl = 60)]
async fn anyhow_result(n: u8) -> anyhow::Result<u8> {
    LOADS.fetch_add(1, Ordering::SeqCst);
    anyhow::ensure!(n > 0, "too small");
    Ok(n)
}

#[cached(namespace = "s", key = "io/<n>", ttl = 60)]
async fn io_result(n: u8) -> std::io::Result<Vec<u8>> {
    LOADS.fetch_add(1, Ordering::SeqCst);
    if n > 0 { Ok(vec![n]) } else { Err(std::io::Error::other("too small")) }
}

#[cached(namespace = "s", key = "boxed/<n>", ttl = 60)]
async fn boxed(n: u8) -> Result<u8, Box<dyn std::error::Error + Send + Sync>> {
    LOADS.fetch_add(1, Ordering::SeqCst);
    if n > 0 { Ok(n) } else { Err("too small".into()) }
}

#[cached(namespace = "s", key = "outcome/<n>", ttl = 60, result)]
async fn outcome(n: u8) -> Outcome {
    result_uncached(n).await
}

#[cached(namespace = "s", key = "perhaps/<n>", ttl = 60, option)]
async fn perhaps(n: u8) -> Perhaps {
    option_uncached(n).await
}

#[cached(namespace = "s", key = "outcome_perhaps/<n>", ttl = 60, result, option)]
async fn outcome_perhaps(n: u8) -> OutcomePerhaps {
    both_uncached(n).await
}

#[cached(namespace = "s", key = "inner/<n>", ttl = 60, option)]
async fn inner(n: u8) -> Result<Perhaps, Missing> {
    both_uncached(n).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!((value(1).await, value(1).await, loads()), (1, 1, 1));
    assert_eq!((option(1).await, option(1).await, loads()), (Some(1), Some(1), 1));
    assert_eq!((option(0).await, option(0).await, loads()), (None, None, 2));
    assert_eq!((none(0).await, none(0).await, loads()), (None, None, 1));
    assert_eq!((result(1).await, result(1).await, loads()), (Ok(1), Ok(1), 1));
    assert_eq!((result(0).await, result(0).await, loads()), (Err(Missing), Err(Missing), 2));
    assert_eq!((both(2).await, both(2).await, loads()), (Ok(Some(2)), Ok(Some(2)), 1));
    assert_eq!((both(1).await, both(1).await, loads()), (Ok(None), Ok(None), 1));
    assert_eq!((anyhow_result(1).await.ok(), anyhow_result(1).await.ok(), loads()), (Some(1), Some(1), 1));
    assert!(anyhow_result(0).await.is_err() && anyhow_result(0).await.is_err() && loads() == 2);
    assert_eq!((io_result(1).await.ok(), io_result(1).await.ok(), loads()), (Some(vec![1]), Some(vec![1]), 1));
    assert_eq!((boxed(1).await.ok(), boxed(1).await.ok(), loads()), (Some(1), Some(1), 1));
    assert_eq!((outcome(1).await, outcome(1).await, loads()), (Ok(1), Ok(1), 1));
    assert_eq!((outcome(0).await, outcome(0).await, loads()), (Err(Missing), Err(Missing), 2));
    assert_eq!((perhaps(1).await, perhaps(1).await, loads()), (Some(1), Some(1), 1));
    assert_eq!((outcome_perhaps(2).await, outcome_perhaps(2).await, loads()), (Ok(Some(2)), Ok(Some(2)), 1));
    assert_eq!((inner(2).await, inner(2).await, loads()), (Ok(Some(2)), Ok(Some(2)), 1));
}
