//! Fields that say how new a value is.
#![deny(warnings)]

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cache_runtime::prelude::*;
use cache_runtime::{Value, Version};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, CacheValue)]
struct Named<T> {
    inner: T,
    #[cache(version)]
    r#type: i32,
}

#[derive(Clone, Serialize, Deserialize, CacheValue)]
struct Tuple(String, #[cache(version)] SystemTime);

#[derive(Clone, Serialize, Deserialize, CacheValue)]
struct Opaque {
    #[cache(opaque = "1", version)]
    at: Own,
}

#[derive(Clone, Serialize, Deserialize)]
struct Own(u64);

impl Version for Own {
    fn version(&self) -> u64 {
        self.0
    }
}

#[derive(Clone, Serialize, Deserialize, CacheValue)]
struct None {
    id: u64,
}

fn newer<V: Value + CacheValue>(old: &V, new: &V) -> bool {
    old.version().is_some() && old.version() < new.version()
}

fn main() {
    let named = |r#type| Named { inner: (), r#type };
    assert!(newer(&named(-1), &named(1)));
    assert!(newer(&Arc::new(named(1)), &Arc::new(named(2))));
    let at = |seconds| Tuple(String::new(), UNIX_EPOCH + Duration::from_secs(seconds));
    assert!(newer(&at(1), &at(2)));
    assert!(newer(&Opaque { at: Own(1) }, &Opaque { at: Own(2) }));
    assert_eq!(None { id: 1 }.version(), Option::None);
    assert_eq!(None { id: 1 }.id, 1);
}
