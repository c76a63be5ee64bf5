//! The value that everybody stores, and the functions that we declare.

use std::collections::HashMap;
use std::sync::Arc;

use cache_runtime::prelude::*;
use serde::{Deserialize, Serialize};

/// An answer of about 200 bytes as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CacheValue)]
pub struct Profile {
    /// Who it is.
    pub id: i64,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they say.
    pub about: String,
    /// Whom they follow.
    pub following: Vec<i64>,
}

impl Profile {
    /// The profile of a user.
    #[must_use]
    pub fn of(id: i64) -> Profile {
        Profile {
            id,
            name: format!("User number {id}"),
            email: format!("user{id}@example.org"),
            about: "Writes about caches, and why they are hard to get right.".into(),
            following: (id..id + 8).collect(),
        }
    }
}

/// Profiles at keys of 35 bytes.
#[cache_strategy(namespace = "benchmark", ttl = "1h", kind = "cache_aside")]
pub struct Profiles {
    cache: Cache,
}

impl Profiles {
    /// Profiles in a cache.
    #[must_use]
    pub fn new(cache: Cache) -> Profiles {
        Profiles { cache }
    }
}

#[cache_strategy]
impl Profiles {
    /// A profile by its number.
    #[cached(key = "user/<id>/profile")]
    pub async fn profile(&self, id: i64) -> Arc<Profile> {
        Arc::new(Profile::of(id))
    }

    /// Profiles by their numbers.
    #[cached(key = "user/<ids>/batched", batch)]
    pub async fn batched(&self, ids: &[i64]) -> HashMap<i64, Arc<Profile>> {
        ids.iter().map(|id| (*id, Arc::new(Profile::of(*id)))).collect()
    }
}
