//! What the benchmarks share: the payload, the declared functions, servers, turns, and the table.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::missing_panics_doc,
    reason = "a benchmark prints, and stops where something is wrong"
)]

pub mod by_hand;
pub mod machine;
mod payload;
pub mod processors;
pub mod run;
mod table;
pub mod turns;
pub mod zipf;

pub use payload::{Profile, Profiles};
pub use table::{Goal, Table, Unit};
pub use turns::{Contest, Turns, account, median, order, quantile};

/// Nine digits: the key has 35 bytes.
pub const USER: i64 = 123_456_789;
