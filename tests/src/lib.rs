//! What the tests share: Redis servers of their own, certificates, sources that count their reads.
//!
//! ```
//! let server = cache_tests::RedisServer::start();
//! server.command(&["SET", "greeting", "hello"]);
//! assert_eq!(server.query::<String>(&["GET", "greeting"]), "hello");
//! assert_eq!(server.commands_processed("get"), 1);
//! ```
#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test whose server fails has to fail"
)]

pub mod binary;
mod cluster;
mod commands;
mod counting;
mod fault;
pub mod fleet;
mod frames;
#[cfg(feature = "suite")]
pub mod interleaving;
mod options;
mod port;
mod proxy;
pub mod races;
mod replication;
mod server;
#[cfg(feature = "suite")]
pub mod soak;
mod tls;
mod wait;
mod watchdog;

pub use cluster::{NODE_TIMEOUT, RedisCluster};
pub use counting::Counter;
pub use fault::Fault;
pub use options::Options;
pub use proxy::Proxy;
pub use replication::{DOWN_AFTER, Sentinels};
pub use server::RedisServer;
pub use tls::Certificates;
pub use wait::{eventually, wait_for, wait_until};
