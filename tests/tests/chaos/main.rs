//! P5 and P6 where everything goes wrong that can: a network that lies or swallows, a server that dies, stops, forgets or is
//! full, a source that fails, processes that are killed or stopped in the middle of a load.
//!
//! Every value carries its id and its version: none is ever somebody else's, and none is older than its last invalidation.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that fails has to fail"
)]

mod black_hole;
mod cluster;
mod failing_source;
mod items;
mod network;
mod processes;
mod server;
