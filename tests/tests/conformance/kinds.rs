//! The strategies that the tests use: one of each kind, over the same source.

use cache_runtime::prelude::*;

use crate::source::{Missing, Source};

/// Numbers, cache-aside.
#[derive(Clone)]
#[cache_strategy(namespace = "aside", ttl = 60, kind = "cache_aside")]
pub(crate) struct Aside {
    cache: Cache,
    #[skip]
    pub(crate) source: Source,
}

impl Aside {
    pub(crate) fn new(cache: &Cache, source: &Source) -> Aside {
        Aside { cache: cache.clone(), source: source.clone() }
    }
}

#[cache_strategy]
impl Aside {
    #[cached(key = "number/<id>")]
    pub(crate) async fn number(&self, id: i64) -> Result<u64, Missing> {
        self.source.load(id).await
    }

    #[cache_invalidate(self.number(id))]
    pub(crate) async fn change(&self, id: i64, value: u64) {
        self.source.put(id, value);
    }
}

/// Numbers, write-through.
#[derive(Clone)]
#[cache_strategy(namespace = "through", ttl = 60, kind = "write_through")]
pub(crate) struct Through {
    cache: Cache,
    #[skip]
    pub(crate) source: Source,
}

impl Through {
    pub(crate) fn new(cache: &Cache, source: &Source) -> Through {
        Through { cache: cache.clone(), source: source.clone() }
    }
}

#[cache_strategy]
impl Through {
    #[cached(key = "number/<id>")]
    pub(crate) async fn number(&self, id: i64) -> Result<u64, Missing> {
        self.source.load(id).await
    }

    #[cache_put(self.number(id))]
    pub(crate) async fn change(&self, id: i64, value: u64) -> Result<u64, Missing> {
        self.source.put(id, value);
        Ok(value)
    }
}

/// Flags without a source.
#[derive(Clone)]
#[cache_strategy(namespace = "flags", ttl = 60)]
pub(crate) struct Flags {
    cache: Cache,
}

impl Flags {
    pub(crate) fn new(cache: &Cache) -> Flags {
        Flags { cache: cache.clone() }
    }
}

#[cache_strategy]
impl Flags {
    #[cached(key = "flag/<name>")]
    pub(crate) fn flag(&self, name: &str) -> Entry<bool>;
}
