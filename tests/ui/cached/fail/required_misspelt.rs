//! Required options, and a `skip`, each with a slip.

use cache_runtime::prelude::*;

#[cached(namspace = "user", kye = "user/<id>", tll = "10m", skp(trace))]
async fn user(id: u64, trace: u64) -> u64 {
    id + trace
}

#[cache_strategy(namespace = "user", tll = "10m")]
struct Users;

fn main() {}
