//! One suite for every store: each test runs on the embedded store, on a real Redis server, on a master that sentinels name, and on
//! a real cluster.
//!
//! `one` and `other` are two nodes: on servers two caches with connections of their own, in memory two handles of one cache.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails has to fail")]

#[macro_use]
mod kinds;
#[macro_use]
mod stores;
mod background;
mod batch;
mod cancellation;
mod codecs;
mod dropped;
mod hostile;
mod invalidation;
mod loads;
mod manager;
mod operations;
mod shapes;
mod source;
mod stale;
mod tags;
mod transactions;
mod versions;
mod writes;
