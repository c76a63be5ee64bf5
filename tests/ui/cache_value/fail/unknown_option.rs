//! A misspelled option.

use cache_runtime::prelude::*;

#[derive(Clone, serde::Serialize, serde::Deserialize, CacheValue)]
#[cache(nam = "user")]
struct User;

fn main() {}
